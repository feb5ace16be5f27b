// baton-decode: what `baton decode` becomes. An executable of its own, because the libraries of the network alone would
// take most of the memory that it may have. SPDX-License-Identifier: Apache-2.0
#include "client/assemble/DecodeCommand.h"
#include "client/assemble/UsageError.h"

#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

int main(int count, char** words)
try {
    using namespace baton::assemble;
    std::ios::sync_with_stdio(false); // Else std::cin takes an error for the end.
    decodeCommand(std::vector<std::string>(words + 1, words + count), std::cin, std::cout);
    if (!std::cout.flush()) throw UsageError("stdout cannot be written", exitcode::InputOutput);
    return exitcode::Ok;
} catch (const baton::assemble::UsageError& error) {
    std::fprintf(stderr, "baton: %s\n", error.what());
    return error.exitCode();
} catch (const std::exception& error) {
    std::fprintf(stderr, "baton: %s\n", error.what());
    return baton::assemble::exitcode::Software;
}
