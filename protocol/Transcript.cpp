#include "protocol/Transcript.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace baton::protocol {

void Transcript::open(char bracket)
{
    next();
    text_ += bracket;
    ++depth_;
}

void Transcript::close(char bracket)
{
    text_ += bracket;
    --depth_;
}

void Transcript::key(const std::string& name)
{
    string(name);
    text_ += ':';
}

void Transcript::string(const std::string& value)
{
    next();
    text_ += nlohmann::json(value).dump();
}

void Transcript::literal(std::string_view text)
{
    next();
    text_ += text;
}

std::string Transcript::take() { return std::exchange(text_, {}); }

// A value or a key that is not the first one, nor the value of a key.
void Transcript::next()
{
    if (!text_.empty() && std::string_view("{[:").find(text_.back()) == std::string_view::npos) text_ += ',';
}

} // namespace baton::protocol
