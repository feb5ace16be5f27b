#include "client/assemble/ListedDeltas.h"

#include "client/assemble/UsageError.h"
#include "client/core/Text.h"
#include "client/source/Source.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <sstream>

namespace baton::assemble {
namespace {

using nlohmann::json;

verify::SignedDelta deltaFrom(const std::string& line, const std::string& file, const std::string& makes)
try {
    const auto made = json::parse(line);
    verify::SignedDelta delta{made.at("from"), made.at("name"), made.at("algorithm"), made.at("size"),
                              made.at("sha256")};
    if (!isSha256Hex(delta.from) || !isSha256Hex(delta.sha256) || !isPlainName(delta.name) || delta.sizeBytes < 1 ||
        !source::isDeltaAlgorithm(delta.algorithm))
        throw UsageError(escaped(file) + " has a line that baton diff --json does not print: " + escaped(line),
                         exitcode::Data);
    if (made.at("to") != makes)
        throw UsageError(escaped(file) + ": " + delta.name + " does not make the first package, but " +
                             escaped(made.at("to").get<std::string>()) +
                             (delta.name.find(".tar.") == std::string::npos
                                  ? std::string()
                                  : std::string("; publish the uncompressed canonical tar (docs/delta.md)")),
                         exitcode::Data);
    return delta;
} catch (const json::exception& error) {
    throw UsageError(escaped(file) + " is not what baton diff --json prints: " + error.what(), exitcode::Data);
}

} // namespace

std::vector<verify::SignedDelta> listedDeltas(const std::string& file, const std::string& lines,
                                              const std::string& makes)
{
    std::vector<verify::SignedDelta> deltas;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);)
        if (!line.empty()) deltas.push_back(deltaFrom(line, file, makes));
    return deltas;
}

} // namespace baton::assemble
