// baton: the command line.
// SPDX-License-Identifier: Apache-2.0
#include "client/assemble/Become.h"
#include "client/assemble/CheckCommand.h"
#include "client/assemble/CommandLoop.h"
#include "client/assemble/DeltaCommands.h"
#include "client/assemble/DoctorCommand.h"
#include "client/assemble/KeygenCommand.h"
#include "client/assemble/Places.h"
#include "client/assemble/Roles.h"
#include "client/assemble/Run.h"
#include "client/assemble/SignCommand.h"
#include "client/assemble/Talk.h"
#include "client/assemble/VerifyCommand.h"
#include "client/core/Timestamp.h"
#include "client/os/Files.h"
#include "client/os/SystemClock.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

int main(int count, char** words)
{
    using namespace baton::assemble;
    baton::os::openStandardStreams();
    const std::vector<std::string> typed(words, words + count);
    if (const auto code = runRole(typed)) return *code;
    const Terminal terminal{std::cout, std::cerr, ::isatty(STDERR_FILENO) == 1,
                            [] { std::this_thread::sleep_for(std::chrono::milliseconds(200)); },
                            [] { return baton::printTimestamp(baton::os::SystemClock().wall()); }};
    const auto now = [] { return baton::os::SystemClock().wall(); };
    const auto run = [](const auto& resolved, const auto& line) -> int { becomeSupervisor(resolved, line); };
    const auto decode = [](const auto& resolved, const auto&) -> int {
        std::vector<std::string> arguments{"baton-decode"};
        arguments.insert(arguments.end(), resolved.rest.begin(), resolved.rest.end());
        become(helperExecutable(ownExecutable(), arguments.front()), arguments);
    };
    const std::array works{
        CommandWork{Run, run},
        CommandWork{Check, [](const auto& resolved, const auto&) { return checkCommand(resolved, std::cout); }},
        CommandWork{Doctor,
                    [&](const auto& resolved, const auto&) { return doctorCommand(resolved, now(), std::cout); }},
        CommandWork{Decode, decode},
        CommandWork{Diff, [](const auto& resolved, const auto&) { return diffCommand(resolved, std::cout); }},
        CommandWork{Patch, [](const auto& resolved, const auto&) { return patchCommand(resolved, std::cout); }},
        CommandWork{Keygen, [](const auto& resolved, const auto&) { return keygenCommand(resolved, std::cout); }},
        CommandWork{Sign, [&](const auto& resolved, const auto&) { return signCommand(resolved, now(), std::cout); }},
        CommandWork{Verify,
                    [&](const auto& resolved, const auto&) { return verifyCommand(resolved, now(), std::cout); }},
        CommandWork{Status, [&](const auto& resolved, const auto&) { return statusCommand(resolved, terminal); }},
        CommandWork{History, [&](const auto& resolved, const auto&) { return historyCommand(resolved, terminal); }},
        CommandWork{Approve, [&](const auto& resolved, const auto&) { return approveCommand(resolved, terminal); }},
        CommandWork{HoldBack, [&](const auto& resolved, const auto&) { return holdCommand(resolved, terminal); }},
        CommandWork{Resume, [&](const auto& resolved, const auto&) { return resumeCommand(resolved, terminal); }},
        CommandWork{Reload, [&](const auto& resolved, const auto&) { return reloadCommand(resolved, terminal); }},
        CommandWork{Rollback, [&](const auto& resolved, const auto&) { return rollbackCommand(resolved, terminal); }},
        CommandWork{Restart, [&](const auto& resolved, const auto&) { return restartCommand(resolved, terminal); }},
        CommandWork{UpgradeSelf,
                    [&](const auto& resolved, const auto&) { return upgradeSelfCommand(resolved, terminal); }},
        CommandWork{Update, [&](const auto& resolved, const auto&) { return updateCommand(resolved, terminal); }},
    };
    return runCommand(typed, works);
}
