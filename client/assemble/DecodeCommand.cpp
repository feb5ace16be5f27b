#include "client/assemble/DecodeCommand.h"

#include "client/assemble/UsageError.h"
#include "client/core/Text.h"
#include "client/os/Files.h"
#include "protocol/Codec.h"

#include <array>
#include <cerrno>
#include <istream>
#include <ostream>
#include <system_error>
#include <utility>

namespace baton::assemble {
namespace {

[[noreturn]] void refuseLong()
{
    throw UsageError("the message has more than 512 KiB and was not read; no Omaha message is that long",
                     exitcode::Data);
}

std::string readStream(std::istream& in)
{
    std::array<char, 65536> block{};
    std::string text;
    text.reserve(LongestMessage + block.size());
    while (in.read(block.data(), block.size()) || in.gcount() > 0) {
        text.append(block.data(), static_cast<std::size_t>(in.gcount()));
        if (text.size() > LongestMessage) refuseLong();
    }
    if (in.bad()) throw UsageError("standard input cannot be read; give a FILE, or a pipe", exitcode::NoInput);
    return text;
}

std::string readFile(const std::string& path)
try {
    auto text = os::readWhole(path, LongestMessage);
    if (!text) throw UsageError("there is no file " + escaped(path) + " to decode", exitcode::NoInput);
    return std::move(*text);
} catch (const std::system_error& error) {
    if (error.code().value() == EFBIG) refuseLong();
    throw UsageError(error.what(), exitcode::NoInput);
}

// What was decoded is let go before the answer is written: of a long message every copy counts.
template <typename Decoder>
std::string canonical(Decoder decode, std::string message)
{
    auto values = decode(message);
    message = {};
    return encode(std::move(values), protocol::Form::Canonical);
}

} // namespace

std::string canonicalJson(std::string_view kind, std::string message)
try {
    if (message.size() > LongestMessage) refuseLong();
    if (kind == "request") return canonical(protocol::decodeRequest, std::move(message));
    if (kind == "response") return canonical(protocol::decodeResponse, std::move(message));
    throw UsageError("\"" + escaped(kind) + "\" is neither request nor response: baton decode response answer.xml");
} catch (const protocol::DecodeError& error) {
    throw UsageError("this is no Omaha " + std::string(kind) + ": " + escaped(error.what(), 400), exitcode::Data);
}

void decodeCommand(const std::vector<std::string>& words, std::istream& in, std::ostream& out)
{
    if (words.empty() || words.size() > 2)
        throw UsageError("say what to decode, and at most one file: baton decode request|response [FILE|-]");
    const bool fromStream = words.size() == 1 || words[1] == "-";
    if (words[0] != "request" && words[0] != "response") canonicalJson(words[0], {});
    out << canonicalJson(words[0], fromStream ? readStream(in) : readFile(words[1]));
}

} // namespace baton::assemble
