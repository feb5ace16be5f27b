#include "client/doctor/Checks.h"

#include "client/doctor/InstallationChecks.h"

#include <array>
#include <utility>

namespace baton::doctor {
namespace {

constexpr std::array InstallationChecks{directory, space, execution, state, signatures, statement, blocked, running};

} // namespace

Findings examine(const InstallationFacts& installation)
{
    Findings all;
    for (const auto check : InstallationChecks)
        for (auto& finding : check(installation)) {
            finding.program = installation.program;
            all.push_back(std::move(finding));
        }
    return all;
}

Findings examine(const ConfigFacts& config)
{
    if (config.file.empty()) return {};
    if (config.fault.empty())
        return {{Grade::Fine, "configuration", config.file + " was read, and all in it is known"}};
    return {{Grade::Broken, "configuration", config.fault, "mend it; what stands in it was not looked at here"}};
}

} // namespace baton::doctor
