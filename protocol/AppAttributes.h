// What an operator adds to what is said of an app.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Request.h"

#include <string>

namespace baton::protocol {

/// Sets an attribute of the app or, where it has an updatecheck, of that, by its name on the wire; one that begins with
/// an underscore is the application's own. False if Omaha has no such attribute, or not with such a value, or if it is
/// one that says who asks: appid, version, track, machineid, bootid, cohorts.
bool sayAttribute(AppRequest& app, const std::string& name, const std::string& value);

} // namespace baton::protocol
