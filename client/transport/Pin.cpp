#include "client/transport/Pin.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <algorithm>

namespace baton::transport {
namespace {

constexpr std::string_view Digits = "0123456789abcdef";
constexpr std::size_t HexLength = 64;
constexpr std::size_t Base64Length = 44; // the last of them is '='

std::optional<Pin> fromHex(std::string_view text)
{
    Pin pin{};
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char lower = text[i] >= 'A' && text[i] <= 'F' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
        const auto digit = Digits.find(lower);
        if (digit == Digits.npos) return std::nullopt;
        pin[i / 2] = static_cast<unsigned char>((pin[i / 2] << 4U) | digit);
    }
    return pin;
}

std::optional<Pin> fromBase64(std::string_view text)
{
    std::array<unsigned char, 33> bytes{};
    const int length = ::EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                         static_cast<int>(text.size()));
    const bool onePad = text.ends_with('=') && !text.ends_with("==");
    if (length != static_cast<int>(bytes.size()) || !onePad) return std::nullopt;
    Pin pin{};
    std::copy_n(bytes.begin(), pin.size(), pin.begin());
    return pin;
}

} // namespace

std::optional<Pin> parsePin(std::string_view text)
{
    if (text.size() == HexLength) return fromHex(text);
    if (text.size() == Base64Length) return fromBase64(text);
    return std::nullopt;
}

std::string print(const Pin& pin)
{
    std::string text;
    for (const auto byte : pin) {
        text += Digits[byte >> 4U];
        text += Digits[byte & 0xFU];
    }
    return text;
}

std::optional<Pin> pinOf(X509* certificate)
{
    unsigned char* der = nullptr;
    const int length = ::i2d_X509_PUBKEY(::X509_get_X509_PUBKEY(certificate), &der);
    if (length <= 0) return std::nullopt;
    Pin pin{};
    ::SHA256(der, static_cast<std::size_t>(length), pin.data());
    ::OPENSSL_free(der);
    return pin;
}

} // namespace baton::transport
