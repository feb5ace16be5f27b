#include "server-mock/Journal.h"

#include "protocol/Codec.h"

#include <nlohmann/json.hpp>

namespace baton::mock {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t MostKept = 10'000;

Json toJson(const Asked& asked)
{
    Json object{{"on", asked.on == On::Check ? "check" : "package"}, {"method", asked.method}, {"uri", asked.uri}};
    object["headers"] = Json::object();
    for (const auto& [name, value] : asked.headers) object["headers"][name] = value;
    object["status"] = asked.status;
    if (asked.on == On::Package) return object;
    object["body"] = asked.body;
    if (asked.request) object.update(Json::parse(encode(*asked.request, protocol::Form::Canonical)));
    if (!asked.error.empty()) object["error"] = asked.error;
    return object;
}

} // namespace

std::string toJson(const std::vector<Asked>& all)
{
    Json list = Json::array();
    for (const auto& asked : all) list.push_back(toJson(asked));
    return list.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

void Journal::add(Asked asked)
{
    const std::lock_guard lock(mutex_);
    asked_.push_back(std::move(asked));
    if (asked_.size() > MostKept) asked_.pop_front();
}

std::vector<Asked> Journal::all() const
{
    const std::lock_guard lock(mutex_);
    return {asked_.begin(), asked_.end()};
}

} // namespace baton::mock
