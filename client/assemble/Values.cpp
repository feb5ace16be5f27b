#include "client/assemble/Values.h"

#include "client/core/Duration.h"

#include <stdexcept>

namespace baton::assemble {

std::string Values::text(const std::string& name) const
{
    const auto found = held_.find(name);
    return found == held_.end() || found->second.empty() ? std::string() : found->second.back().text;
}

std::string Values::origin(const std::string& name) const
{
    const auto found = held_.find(name);
    return found == held_.end() || found->second.empty() ? std::string() : found->second.back().origin;
}

std::vector<std::string> Values::all(const std::string& name) const
{
    std::vector<std::string> texts;
    if (const auto found = held_.find(name); found != held_.end())
        for (const auto& value : found->second) texts.push_back(value.text);
    return texts;
}

Duration Values::duration(const std::string& name) const
{
    const auto duration = parseDuration(text(name));
    if (!duration) throw std::logic_error("no duration is known for " + name);
    return *duration;
}

} // namespace baton::assemble
