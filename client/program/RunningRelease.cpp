#include "client/program/RunningRelease.h"

#include "client/core/Text.h"

#include <cstdlib>
#include <string_view>

namespace baton {
namespace {

std::string_view variable(const char* name)
{
    const char* text = std::getenv(name);
    return text == nullptr ? std::string_view() : text;
}

} // namespace

RunningRelease RunningRelease::fromEnvironment()
{
    RunningRelease release;
    const auto version = variable("BATON_RELEASE");
    const auto sha256 = variable("BATON_RELEASE_SHA256");
    const std::filesystem::path directory(variable("BATON_RELEASE_DIR"));
    if (isVersionText(version)) release.version = version;
    if (isSha256Hex(sha256)) release.sha256 = sha256;
    if (directory.is_absolute()) release.directory = directory;
    release.generation = parseNumber(variable("BATON_GENERATION")).value_or(0);
    return release;
}

} // namespace baton
