// The prober: asks one question of a program, once; its exit code is the answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace baton::assemble {

/// `tcp HOST:PORT`: a connection is taken. `http URL`: GET is answered 2xx or 3xx. 0 for yes, 1 for no within two
/// seconds, 64 for another question. Throws nothing.
int probe(const std::vector<std::string>& question) noexcept;

} // namespace baton::assemble
