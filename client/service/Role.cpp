#include "client/service/Role.h"

#include <sys/prctl.h>

#include <unistd.h>

#include <array>
#include <fstream>
#include <string_view>

namespace baton::service {
namespace {

// The kernel keeps 15 bytes; the executable baton-supervisor has this name by itself.
constexpr const char* SupervisorName = "baton-superviso";

struct Word {
    std::string_view text;
    Role role;
};

constexpr std::array Words{Word{"agent", Role::Agent},         Word{"stage", Role::Stager},
                           Word{"probe", Role::Prober},        Word{"reload", Role::Reader},
                           Word{"take-over", Role::Successor}, Word{"try-take-over", Role::Successor}};

Role roleOf(std::string_view text)
{
    for (const auto& word : Words)
        if (word.text == text) return word.role;
    return Role::Unknown;
}

} // namespace

Role chooseRole(const Situation& situation)
{
    if (situation.tryOut) return Role::TryOut;
    if (situation.hasGeneration && situation.parentIsBaton) return Role::Program;
    if (situation.role) return roleOf(*situation.role);
    return situation.hasServer ? Role::Supervisor : Role::Plain;
}

bool parentIsBaton()
{
    std::ifstream file("/proc/" + std::to_string(::getppid()) + "/comm");
    std::string name;
    return std::getline(file, name) && name == SupervisorName;
}

void nameSupervisor() { ::prctl(PR_SET_NAME, SupervisorName); }

} // namespace baton::service
