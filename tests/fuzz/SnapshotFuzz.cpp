// What a Baton hands to the next one: any bytes are either a snapshot that prints and parses to itself, whose numbers
// are within their bounds, or refused by an exception.
#include "client/supervise/Snapshot.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace {

using namespace baton::supervise;

bool isHarmless(const Snapshot& snapshot)
{
    for (const int descriptor : descriptorsOf(snapshot))
        if (descriptor < 0) return false;
    for (const auto pid : snapshot.helpers)
        if (pid <= 1) return false; // kill(-1) would end everything.
    for (const auto& program : snapshot.programs) {
        for (const int place : program.passed)
            if (place < 0 || static_cast<std::size_t>(place) >= program.listeners.size()) return false;
        for (const auto& generation : program.handover.draining)
            if (generation.pid <= 1) return false;
    }
    return parseSnapshot(print(snapshot)) == snapshot;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
try {
    if (!isHarmless(parseSnapshot(std::string(reinterpret_cast<const char*>(data), size)))) std::abort();
    return 0;
} catch (const std::runtime_error&) {
    return 0;
}
