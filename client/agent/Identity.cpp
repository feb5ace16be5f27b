#include "client/agent/Identity.h"

#include "client/core/RandomText.h"
#include "client/os/Files.h"

namespace baton::agent {
namespace {

constexpr std::size_t MachineIdDigits = 32;
constexpr std::size_t BootIdLength = 36;
constexpr std::string_view Digits = "0123456789abcdef";

} // namespace

std::string machineId(const std::filesystem::path& file)
{
    auto kept = os::readStrangers(file, 4096).value_or(std::string());
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
