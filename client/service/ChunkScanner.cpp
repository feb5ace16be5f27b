#include "client/service/ChunkScanner.h"

#include <algorithm>

namespace baton::service {
namespace {

constexpr int MostDigits = 8;
constexpr std::size_t LongestFraming = 8192;

int hexDigit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    const int letter = c | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

} // namespace

std::size_t ChunkScanner::take(std::string_view bytes)
{
    std::size_t taken = 0;
    while (taken < bytes.size() && !done() && !malformed()) {
        if (state_ != State::Data) {
            state_ = ++framing_ > LongestFraming ? State::Malformed : next(bytes[taken++]);
            continue;
        }
        const auto part = std::min<std::uint64_t>(left_, bytes.size() - taken);
        taken += part;
        left_ -= part;
        dataBytes_ += part;
        framing_ = 0;
        if (left_ == 0) state_ = State::DataCr;
    }
    return taken;
}

ChunkScanner::State ChunkScanner::next(char c)
{
    const auto expect = [c](char wanted, State then) { return c == wanted ? then : State::Malformed; };
    const auto line = [c](State cr, State same) { return c == '\r' ? cr : c == '\n' ? State::Malformed : same; };
    switch (state_) {
    case State::Size: return afterDigit(c);
    case State::Extension: return line(State::SizeLf, State::Extension);
    case State::SizeLf: return expect('\n', left_ > 0 ? State::Data : State::TrailerStart);
    case State::DataCr: return expect('\r', State::DataLf);
    case State::DataLf: digits_ = 0; return expect('\n', State::Size);
    case State::TrailerStart: return line(State::LastLf, State::Trailer);
    case State::Trailer: return line(State::TrailerLf, State::Trailer);
    case State::TrailerLf: return expect('\n', State::TrailerStart);
    case State::LastLf: return expect('\n', State::Done);
    case State::Data:
    case State::Done:
    case State::Malformed: break;
    }
    return state_;
}

ChunkScanner::State ChunkScanner::afterDigit(char c)
{
    const int digit = hexDigit(c);
    if (digit >= 0) {
        left_ = digits_ == 0 ? 0 : left_;
        left_ = left_ * 16 + static_cast<unsigned>(digit);
        return ++digits_ > MostDigits ? State::Malformed : State::Size;
    }
    if (digits_ == 0) return State::Malformed;
    if (c == '\r') return State::SizeLf;
    return c == ';' || c == ' ' || c == '\t' ? State::Extension : State::Malformed;
}

} // namespace baton::service
