// Makes the supervisor's settings of the resolved options; knows no Poco, since the supervisor itself runs it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/Handed.h"
#include "client/os/StderrLog.h"
#include "client/supervise/Settings.h"

#include <filesystem>
#include <optional>

namespace baton::assemble {

/// Which part of Baton a process is; the words are those of BATON_ROLE.
inline constexpr const char* RoleVariable = "BATON_ROLE";

/// Which program of several a process belongs to.
inline constexpr const char* ProgramVariable = "BATON_PROGRAM";

/// Of one program. `settingsFd` is the descriptor that the other roles get.
/// @throws UsageError for values that are right each by itself and wrong together.
supervise::Settings supervisorSettings(const Handed& handed, int settingsFd);

/// Of Baton itself, where it is to be kept up to date. `handed` is the whole Baton's.
std::optional<supervise::OwnApp> ownAppOf(const Handed& handed);

/// The file of metrics that is asked for by HTTP; nothing else lies beside it.
std::filesystem::path exportedFileIn(const std::filesystem::path& stateDirectory);

/// Says where the metrics go. `handed` is the whole Baton's.
void sayMetrics(const Handed& handed, supervise::SupervisorSettings& settings);

/// What the settings that were handed to this process say of the program that it works for.
Handed ownHanded();

/// --log-format and --log-level.
os::StderrLog makeLog(const std::string& role, const Values& values);
/// The same for a role that works for one program: of several the lines say for which.
os::StderrLog makeLog(const std::string& role, const Handed& handed);

} // namespace baton::assemble
