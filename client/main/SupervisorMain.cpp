// baton-supervisor: what `baton run` becomes. An executable of its own, because it links no Poco.
// SPDX-License-Identifier: Apache-2.0
#include "client/assemble/Supervise.h"
#include "client/assemble/UsageError.h"

#include <cstdio>
#include <exception>

int main()
try {
    return baton::assemble::superviseHanded();
} catch (const baton::assemble::UsageError& error) {
    std::fprintf(stderr, "baton: %s\n", error.what());
    return error.exitCode();
} catch (const std::exception& error) {
    std::fprintf(stderr, "baton: %s\n", error.what());
    return 70; // EX_SOFTWARE
}
