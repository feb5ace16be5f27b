#include "client/agent/Identity.h"

#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <sys/random.h>

#include <vector>

namespace baton::agent {
namespace {

constexpr std::size_t MachineIdDigits = 32;
constexpr std::size_t BootIdLength = 36;
constexpr std::string_view Digits = "0123456789abcdef";

} // namespace

std::string randomHex(std::size_t digits)
{
    std::vector<unsigned char> bytes((digits + 1) / 2);
    os::check(::getentropy(bytes.data(), bytes.size()), "get random bytes");
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

std::string machineId(const std::filesystem::path& file)
{
    auto kept = os::readWhole(file, 4096).value_or(std::string());
    if (kept.ends_with('\n')) kept.pop_back();
    if (kept.size() == MachineIdDigits && kept.find_first_not_of(Digits) == std::string::npos) return kept;
    const auto made = randomHex(MachineIdDigits);
    os::writeDurably(file, made + '\n');
    return made;
}

std::string bootId()
{
    const auto text = os::readWhole("/proc/sys/kernel/random/boot_id", 4096).value_or(std::string());
    return text.size() >= BootIdLength ? text.substr(0, BootIdLength) : std::string();
}

} // namespace baton::agent
