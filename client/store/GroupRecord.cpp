#include "client/store/GroupRecord.h"

#include "client/os/Files.h"
#include "client/store/Json.h"

#include <array>
#include <stdexcept>

namespace baton::store {
namespace {

constexpr std::array<std::string_view, 2> StepNames{"begin", "commit"};
constexpr int Format = 1;

} // namespace

std::string print(const GroupRecord& record)
{
    Json document = {{"format", Format}, {"step", StepNames.at(static_cast<std::size_t>(record.step))}};
    document["members"] = Json::array();
    for (const auto& member : record.members) {
        auto object = toJson(member.key);
        object["program"] = member.program;
        document["members"].push_back(object);
    }
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

GroupRecord parseGroupRecord(const std::string& text)
{
    const auto document = parseObject(text, "the record of a group");
    if (number(document, "format") != Format) throw std::runtime_error("the record of a group has an unknown format");
    GroupRecord record;
    record.step = enumFrom<GroupStep>(document, "step", StepNames);
    for (const auto& object : member(document, "members"))
        record.members.push_back({store::text(object, "program"), keyFrom(object)});
    return record;
}

GroupFile::GroupFile(const std::filesystem::path& root, const std::string& group)
    : path_(root / "groups" / (group + ".json"))
{
}

void GroupFile::save(const GroupRecord& record) const
{
    os::makeDirectory(path_.parent_path());
    os::writeDurably(path_, print(record));
}

void GroupFile::forget() const
{
    if (!std::filesystem::remove(path_)) return;
    os::syncDirectory(path_.parent_path());
}

bool GroupFile::isThere() const { return std::filesystem::exists(path_); }

std::optional<GroupRecord> GroupFile::load() const
{
    const auto text = os::readWhole(path_);
    return text ? std::optional(parseGroupRecord(*text)) : std::nullopt;
}

} // namespace baton::store
