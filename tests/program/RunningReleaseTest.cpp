#include "client/program/RunningRelease.h"

#include "tests/program/ScopedVariable.h"

#include <gtest/gtest.h>

#include <string>

namespace baton {
namespace {

TEST(RunningRelease, IsWhatBatonSays)
{
    const ScopedVariable version("BATON_RELEASE", "1.4.0");
    const ScopedVariable sha256("BATON_RELEASE_SHA256", std::string(64, 'a'));
    const ScopedVariable directory("BATON_RELEASE_DIR", "/var/lib/baton/releases/1.4.0-aaaaaaaaaaaa");
    const ScopedVariable generation("BATON_GENERATION", "17");

    const auto release = RunningRelease::fromEnvironment();

    EXPECT_EQ(release.version, "1.4.0");
    EXPECT_EQ(release.sha256, std::string(64, 'a'));
    EXPECT_EQ(release.directory, "/var/lib/baton/releases/1.4.0-aaaaaaaaaaaa");
    EXPECT_EQ(release.generation, 17);
}

TEST(RunningRelease, IsEmptyWithoutBaton) { EXPECT_EQ(RunningRelease::fromEnvironment(), RunningRelease()); }

TEST(RunningRelease, LeavesOutWhatBatonWouldNotWrite)
{
    const ScopedVariable version("BATON_RELEASE", "1.4 \x1B[31m");
    const ScopedVariable sha256("BATON_RELEASE_SHA256", "AAAA");
    const ScopedVariable directory("BATON_RELEASE_DIR", "../etc");
    const ScopedVariable generation("BATON_GENERATION", "-3");

    EXPECT_EQ(RunningRelease::fromEnvironment(), RunningRelease());
}

} // namespace
} // namespace baton
