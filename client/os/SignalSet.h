// Signals by name and by group: which there are, which somebody has ignored, which are held back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::os {

/// One to send, with what came with it where somebody used sigqueue(3).
struct Signal {
    int number = 0;
    std::optional<std::uintptr_t> value{};

    friend bool operator==(const Signal&, const Signal&) = default;
};

/// "SIGUSR2", "USR2", "RTMIN+3", "RTMAX-1" or a number; nothing if there is no such signal.
std::optional<int> signalNamed(std::string_view text);

/// "SIGUSR2", "SIGRTMIN+3".
std::string nameOfSignal(int number);

/// Blocks them in the calling thread and all that it starts from now on, over an exec as well.
void blockSignals(const std::vector<int>& numbers);

/// Whether one of them has come and is held back.
bool isPending(const std::vector<int>& numbers);

/// Those that this process ignores, as whoever started it has decided: what nohup(1) does, or a shell to a job in the
/// background.  [execve(2)]
std::vector<int> ignoredSignals();

} // namespace baton::os
