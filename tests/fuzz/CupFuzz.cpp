// What a stranger on the way can say of a proof, and a client ask for: what holds is the one answer that was signed.
// The first line is the header, or a request's query; the rest the answer. A file of a key may hold any bytes, too.
#include "protocol/Cup.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

// The exchange of tests/protocol/CupTest.cpp.
constexpr const char* Question =
    R"({"request":{"protocol":"3.1","app":[{"appid":"io.example.web","version":"1.4.0","updatecheck":{}}]}})";
constexpr const char* Answer =
    ")]}'\n"
    R"({"response":{"protocol":"3.1","app":[{"appid":"io.example.web","status":"ok","updatecheck":{"status":"noupdate"}}]}})";
constexpr const char* Key = "7:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
constexpr const char* PublicPem = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8g4Vm98EXYwvynqNE/ge0oBnyeM0
Zomm2ysAdva0bL4ePCWT6icE7F6ZRC40KGyXfd7U5qsjIs1kKDBrWhQhPA==
-----END PUBLIC KEY-----
)";

template <typename Read>
void readKey(std::string_view text, Read read)
{
    try {
        if (read(std::string(text)).get() == nullptr) std::abort();
    } catch (const std::runtime_error&) {
        return;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace baton::protocol;
    static const auto key = CupKey::publicKey(PublicPem);
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    const auto answer = text.substr(std::min(end + 1, text.size()));

    const auto fault = faultOfProof(key, {Question, Key, answer}, line);
    if (fault.empty() && answer != Answer) std::abort();
    if (line.empty() != (fault == "it has no proof") && line != "\"\"" && line != "W/\"\"" && line != "W/")
        std::abort();

    const auto cup2key = cup2keyOf(line);
    if (cup2key && cup2key->size() > line.size()) std::abort();
    if (cup2key && cupKeyId(*cup2key).find(':') != std::string_view::npos) std::abort();
    readKey(text, CupKey::publicKey);
    readKey(text, CupKey::privateKey);
    return 0;
}
