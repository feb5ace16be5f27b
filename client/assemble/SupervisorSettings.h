// Makes the supervisor's settings of the resolved options; knows no Poco, since the supervisor itself runs it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/Handed.h"
#include "client/os/StderrLog.h"
#include "client/supervise/Settings.h"

namespace baton::assemble {

/// Which part of Baton a process is; the words are those of BATON_ROLE.
inline constexpr const char* RoleVariable = "BATON_ROLE";

/// `settingsFd` is the descriptor that the other roles get.
/// @throws UsageError for values that are right each by itself and wrong together.
supervise::Settings supervisorSettings(const Handed& handed, int settingsFd);

/// --log-format and --log-level.
os::StderrLog makeLog(const std::string& role, const Values& values);

} // namespace baton::assemble
