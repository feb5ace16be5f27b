// What makes a supervisor of the Baton before, for a test: it hands itself over by the format before, and reads what
// its code of that time would have read. The linker takes this instead of client/supervise/SnapshotFormat.cpp.
// SPDX-License-Identifier: Apache-2.0
#include "client/supervise/Snapshot.h"

#include <cstdio>

namespace baton::supervise {
namespace {

constexpr int Before = Snapshot::Format - 1;

// For the test, which wants to know that it was this one.
std::string formatOf(const std::string& text)
{
    const auto at = text.find("\"format\": ") + 10;
    return text.substr(at, text.find_first_of(",\n", at) - at);
}

void say(const char* does, const std::string& text)
{
    std::fprintf(stderr, "the Baton before %s format %s\n", does, formatOf(text).c_str());
}

} // namespace

std::string print(const Snapshot& snapshot)
{
    auto text = printAs(Before, snapshot);
    say("writes", text);
    return text;
}

Snapshot parseSnapshot(const std::string& text)
{
    say("reads", text);
    return parseSnapshotAs(Before, text);
}

} // namespace baton::supervise
