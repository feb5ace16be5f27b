// What the server wants to hear again with the next check: downloads/server.json, and server-NAME.json of one more app.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/source/Source.h"
#include "client/store/Store.h"

#include <string>

namespace baton::agent {

std::string print(const source::Remembered& remembered);

/// @throws std::exception saying what is wrong with the text.
source::Remembered parseRemembered(const std::string& text);

/// Nothing yet where there is no file.  @throws std::exception for one that is damaged or cannot be read.
source::Remembered readRemembered(const store::Store& store, const std::string& app = {});

/// What is damaged is forgotten, with a line in the log: the server takes this machine for a new one.
source::Remembered loadRemembered(const store::Store& store, Log& log, const std::string& app = {});

/// A disk that refuses costs no more than that, either.
void saveRemembered(const store::Store& store, const source::Remembered& remembered, Log& log,
                    const std::string& app = {});

} // namespace baton::agent
