// Parts the command line of a self-updating program: Baton's options, and the program's own words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace baton::service {

struct OwnArguments {
    std::vector<std::string> baton;   ///< for assemble::resolve()
    std::vector<std::string> program; ///< what Poco's option processing sees
};

/// `arguments` without argv[0]. Every option that `baton run` knows is Baton's, whatever the program calls it; behind
/// "--" everything is the program's, the "--" too if the program's own options stood before it.
OwnArguments partArguments(const std::vector<std::string>& arguments);

} // namespace baton::service
