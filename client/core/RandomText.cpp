#include "client/core/RandomText.h"

#include <sys/random.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <vector>

namespace baton {
namespace {

constexpr std::string_view Digits = "0123456789abcdef";

} // namespace

std::string randomHex(std::size_t digits)
{
    std::vector<unsigned char> bytes((digits + 1) / 2);
    if (::getentropy(bytes.data(), bytes.size()) != 0)
        throw std::system_error(errno, std::generic_category(), "get random bytes");
    std::string text;
    for (const auto byte : bytes) {
        text += Digits[byte >> 4U];
        text += Digits[byte & 0xFU];
    }
    return text.substr(0, digits);
}

std::string randomGuid()
{
    auto hex = randomHex(32);
    hex[12] = '4';
    hex[16] = "89ab"[Digits.find(hex[16]) % 4];
    return '{' + hex.substr(0, 8) + '-' + hex.substr(8, 4) + '-' + hex.substr(12, 4) + '-' + hex.substr(16, 4) + '-' +
           hex.substr(20) + '}';
}

} // namespace baton
