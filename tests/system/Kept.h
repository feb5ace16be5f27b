// Words of an actor that speaks on its channel: for what outlives it, memfds that it gives to Baton under names, and
// for standing by. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace baton::system {

/// `keep NAME TEXT` adds a line to the memfd of that name and stores it: the one that this program has, or was started
/// with, or else a new one. All that have it share it, so none has to store it again for what it writes later.
void keep(const std::string& name, const std::string& text);

/// `keep-anew NAME TEXT` stores a new memfd with that line alone, in the place of what is stored under the name.
void keepAnew(const std::string& name, const std::string& text);

/// `show-kept NAME` writes "VERSION keeps NAME: LINE, LINE" to stdout, or "VERSION keeps no NAME".
void showKept(const std::string& name);

/// `takes-kept`: what another generation stores from here on is wanted at once.
void takeKept();

/// `await-kept NAME` waits until something of that name has come so, and has it.
void awaitKept(const std::string& name);

/// `stands-by`: says that it obeys the three orders.
void standBy();

/// `await-order` waits for the next of them.
void awaitOrder();

} // namespace baton::system
