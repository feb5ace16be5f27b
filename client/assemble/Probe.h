// The prober: asks one question of a program, once; its exit code is the answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace baton::assemble {

/// `tcp HOST:PORT`: a connection is taken. `http URL [STATUS]`, one argument: GET is answered with that, or 2xx or 3xx.
/// `http-unix SOCKET PATH [STATUS]`, likewise there. 0 for yes, 1 for no, 64 for another question. It waits as long as
/// it may live: who asks ends it when the time for an answer is over. Throws nothing.
int probe(const std::vector<std::string>& question) noexcept;

} // namespace baton::assemble
