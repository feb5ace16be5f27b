// Baton under process managers that know no protocol: they start it in the foreground, send it signals, and look at its
// exit code.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Files.h"
#include "tests/system/Relay.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

namespace baton::system {
namespace {

// Both take one letter on supervise/control: d(own), u(p), t(erm), h(up), x (exit).
struct Manager {
    const char* name;
    const char* path;

    friend void PrintTo(const Manager& manager, std::ostream* out) { *out << manager.name; }
};

struct OtherManagers : Relay, ::testing::WithParamInterface<Manager> {
    fs::path service = scratch / "service";
    std::optional<Running> manager;

    void SetUp() override
    {
        if (!fs::exists(GetParam().path)) GTEST_SKIP() << "NOT RUN: there is no " << GetParam().name;
    }

    void begin(const RunOptions& options)
    {
        const auto command = commandFor(options);
        std::string line = "exec";
        for (std::size_t i = 0; i < command.arguments.size(); ++i)
            line += " '" + (i == 0 ? command.executable : command.arguments[i]) + "'";
        script("run", line + " 2>&1");
        script("finish", "echo \"finished with $1\" >>'" + (scratch / "ends").string() + "'");
        manager.emplace(Command{GetParam().path, {GetParam().name, service.string()}}, scratch / "manager.log");
        ASSERT_TRUE(manager->says("1.0.0 serves"));
        ASSERT_TRUE(comesToServe("1.0.0"));
    }
    void script(const std::string& name, const std::string& line) const
    {
        scratch.write("service/" + name, "#!/bin/sh\n" + line + '\n');
        fs::permissions(service / name, fs::perms::owner_all);
    }

    void tell(char letter) const
    {
        const auto control = os::open(service / "supervise" / "control", O_WRONLY | O_NONBLOCK);
        os::writeAll(control.get(), std::string(1, letter), "the manager's control");
    }
    std::string ends() const { return readFile(scratch / "ends"); }
};

TEST_P(OtherManagers, EndBatonAndSeeTheProgramsCode)
{
    ASSERT_NO_FATAL_FAILURE(begin({{scratch.actor("1.0.0", "on 15 exit 5\nready\nwait").string()}}));

    tell('d');

    EXPECT_TRUE(eventually([this] { return ends() == "finished with 5\n"; })) << ends();
    tell('x');
    EXPECT_EQ(manager->end(), 0);
}

TEST_P(OtherManagers, StartBatonAgainWhenTheProgramFails)
{
    const auto lines = "on 1 exit 3\non 15 exit 0\nready\nwait";
    ASSERT_NO_FATAL_FAILURE(begin({{scratch.actor("1.0.0", lines).string()}}));
    const auto first = status().release->generation;

    tell('h'); // SIGHUP goes to the program, which ends by it.

    EXPECT_TRUE(eventually([this] { return ends() == "finished with 3\n"; })) << ends();
    EXPECT_TRUE(eventually([&] {
        return fs::exists(store().controlSocket()) && isServing("1.0.0") && status().release->generation > first;
    }));
    tell('d');
    EXPECT_TRUE(eventually([this] { return ends() == "finished with 3\nfinished with 0\n"; })) << ends();
    tell('x');
    EXPECT_EQ(manager->end(), 0);
}

TEST_P(OtherManagers, KeepTheirHoldOfBatonThroughUpdates)
{
    ASSERT_NO_FATAL_FAILURE(begin({{scratch.actor("1.0.0", "ready\nserve\nexit 0").string()}}));
    const auto before = childrenOf(manager->pid());
    ASSERT_TRUE(eventually([this] { return !status().lastCheck.empty(); }));

    publish("1.1.0", scratch.actor("1.1.0", "ready\nserve\nexit 6"));
    check();
    EXPECT_TRUE(comesToServe("1.1.0"));

    EXPECT_EQ(childrenOf(manager->pid()), before);
    EXPECT_EQ(ends(), "");
    tell('d');
    EXPECT_TRUE(eventually([this] { return ends() == "finished with 6\n"; })) << ends();
    tell('x');
    EXPECT_EQ(manager->end(), 0);
}

INSTANTIATE_TEST_SUITE_P(like, OtherManagers,
                         ::testing::Values(Manager{"s6-supervise", "/usr/bin/s6-supervise"},
                                           Manager{"runsv", "/usr/bin/runsv"}),
                         [](const auto& manager) {
                             return std::string(manager.param.name) == "runsv" ? "runit" : "s6";
                         });

} // namespace
} // namespace baton::system
