// baton-supervisor: what `baton run` becomes. An executable of its own, because it links no Poco.
// SPDX-License-Identifier: Apache-2.0
#include "client/assemble/Places.h"
#include "client/assemble/Supervise.h"
#include "client/assemble/TakeOver.h"
#include "client/assemble/UsageError.h"

#include <cstdio>
#include <exception>

int main()
try {
    using namespace baton::assemble;
    if (const auto code = runTakeOver([](const auto& before) { return batonFor(ownExecutable(), before); }))
        return *code;
    return baton::assemble::superviseHanded();
} catch (const baton::assemble::UsageError& error) {
    std::fprintf(stderr, "baton: %s\n", error.what());
    return error.exitCode();
} catch (const std::exception& error) {
    std::fprintf(stderr, "baton: %s\n", error.what());
    return 70; // EX_SOFTWARE
}
