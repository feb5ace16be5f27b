#include "client/transport/ChunkDecoder.h"

#include <algorithm>

namespace baton::transport {
namespace {

constexpr int MostDigits = 15; // below 2^60: no sum of ours can overflow
constexpr std::size_t MostWaste = 8192;

Failure refuse(const char* why) { return Failure{Category::Download, code::AnswerInvalid, why}; }

int hexDigit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

} // namespace

Result<std::string_view> ChunkDecoder::take(std::string_view& bytes)
{
    while (!bytes.empty() && state_ != State::Over) {
        if (state_ == State::Data) {
            const auto count = std::min<std::size_t>(bytes.size(), static_cast<std::size_t>(left_));
            const auto piece = bytes.substr(0, count);
            bytes.remove_prefix(count);
            left_ -= static_cast<std::int64_t>(count);
            if (left_ == 0) state_ = State::DataEnd;
            return piece;
        }
        const char c = bytes.front();
        bytes.remove_prefix(1);
        if (auto fine = step(c); !fine) return fine.error();
    }
    return std::string_view();
}

Result<Done> ChunkDecoder::waste()
{
    if (++wasted_ > MostWaste) return refuse("the answer's chunks are mostly about themselves");
    return Done{};
}

Result<Done> ChunkDecoder::stepSize(char c)
{
    if (const int digit = hexDigit(c); digit >= 0) {
        if (++digits_ > MostDigits) return refuse("a chunk of the answer is absurdly long");
        left_ = left_ * 16 + digit;
        return Done{};
    }
    const bool ends = c == '\r' || c == ';' || c == '\n' || c == ' ' || c == '\t';
    if (!ends || digits_ == 0) return refuse("a chunk of the answer does not say how long it is");
    state_ = State::Extension;
    return c == '\n' ? step(c) : Done{};
}

Result<Done> ChunkDecoder::step(char c)
{
    switch (state_) {
    case State::Size: return stepSize(c);
    case State::Extension:
        if (c != '\n') return waste();
        state_ = left_ == 0 ? State::LineStart : State::Data;
        digits_ = 0;
        return Done{};
    case State::DataEnd:
        if (c == '\r') return waste();
        if (c != '\n') return refuse("a chunk of the answer is longer than it said");
        state_ = State::Size;
        return Done{};
    case State::LineStart:
        if (c == '\r') return waste();
        state_ = c == '\n' ? State::Over : State::Trailer;
        return waste();
    case State::Trailer:
        if (c == '\n') state_ = State::LineStart;
        return waste();
    case State::Data:
    case State::Over: break;
    }
    return Done{};
}

} // namespace baton::transport
