#include "client/verify/StrictJson.h"

#include "client/core/Text.h"
#include "client/core/Timestamp.h"
#include "client/core/WholeNumber.h"

#include <set>
#include <stdexcept>

namespace baton::verify {
namespace {

constexpr int Deepest = 16;

[[noreturn]] void wrong(const std::string& name, const char* how) { throw std::runtime_error(name + ' ' + how); }

// The names that were seen in each object that is still open.
class Watcher {
public:
    explicit Watcher(std::string what) : what_(std::move(what)) {}

    bool look(int depth, Json::parse_event_t event, const Json& value)
    {
        using Event = Json::parse_event_t;
        if (depth > Deepest) wrong(what_, "is nested too deeply");
        if (event == Event::object_start) open_.emplace_back();
        if (event == Event::object_end) open_.pop_back();
        if (event == Event::key && !open_.back().insert(value.get<std::string>()).second)
            wrong(what_, ("has the member " + escaped(value.get<std::string>()) + " twice").c_str());
        const bool isText = event == Event::key || (event == Event::value && value.is_string());
        if (isText && value.get_ref<const std::string&>().find('\0') != std::string::npos)
            wrong(what_, "has a zero byte in a text");
        return true;
    }

private:
    std::string what_;
    std::vector<std::set<std::string>> open_;
};

} // namespace

Json parseStrictly(std::string_view text, const std::string& what)
{
    Watcher watcher(what);
    Json document;
    try {
        document = Json::parse(
            text, [&](int depth, Json::parse_event_t event, Json& value) { return watcher.look(depth, event, value); });
    } catch (const Json::exception& e) {
        throw std::runtime_error(what + " is no JSON: " + escaped(e.what(), 120));
    }
    if (!document.is_object()) wrong(what, "is no JSON object");
    return document;
}

const Json& member(const Json& object, const char* name)
{
    if (!object.is_object()) wrong(name, "is asked of what is no object");
    const auto found = object.find(name);
    if (found == object.end()) wrong(name, "is missing");
    return *found;
}

std::string text(const Json& object, const char* name)
{
    const auto& value = member(object, name);
    if (!value.is_string()) wrong(name, "is no text");
    auto found = value.get<std::string>();
    if (hasControls(found)) wrong(name, "holds control characters");
    return found;
}

std::string optionalText(const Json& object, const char* name)
{
    return object.contains(name) ? text(object, name) : std::string();
}

std::int64_t number(const Json& object, const char* name, std::int64_t least, std::int64_t most)
{
    return wholeNumber(member(object, name), name, least, most);
}

const Json& list(const Json& object, const char* name, std::size_t most)
{
    const auto& value = member(object, name);
    if (!value.is_array()) wrong(name, "is no list");
    if (value.size() > most) wrong(name, ("has more than " + std::to_string(most) + " entries").c_str());
    return value;
}

std::vector<std::string> optionalTexts(const Json& object, const char* name, std::size_t most)
{
    std::vector<std::string> texts;
    if (!object.contains(name)) return texts;
    for (const auto& one : list(object, name, most)) {
        if (!one.is_string() || hasControls(one.get<std::string>())) wrong(name, "is no list of texts");
        texts.push_back(one.get<std::string>());
    }
    return texts;
}

WallTime time(const Json& object, const char* name)
{
    const auto moment = parseTimestamp(text(object, name));
    if (!moment) wrong(name, "is no time as 2026-12-24T18:00:00Z");
    return *moment;
}

std::optional<WallTime> optionalTime(const Json& object, const char* name)
{
    return object.contains(name) ? std::optional(time(object, name)) : std::nullopt;
}

std::string sha256(const Json& object, const char* name)
{
    auto digest = text(object, name);
    if (!isSha256Hex(digest)) wrong(name, "is no SHA-256 in lower-case hex");
    return digest;
}

std::string version(const Json& object, const char* name)
{
    auto found = text(object, name);
    if (!isVersionText(found)) wrong(name, "is no version");
    return found;
}

} // namespace baton::verify
