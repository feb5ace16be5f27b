// Ctrl-C at the terminal that Baton was started at: it ends everything, at whatever moment it comes, and no release is
// thought ill of for it. SPDX-License-Identifier: Apache-2.0
#include "client/os/Errors.h"
#include "client/os/UniqueFd.h"
#include "tests/system/Relay.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <ostream>
#include <string>

namespace baton::system {
namespace {

struct Moment {
    const char* name;
    const char* line;

    friend void PrintTo(const Moment& moment, std::ostream* out) { *out << moment.line; }
};

struct Terminal : Relay, ::testing::WithParamInterface<Moment> {
    Terminal() : ours(os::check(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "open a terminal"))
    {
        os::check(::grantpt(ours.get()), "grant the terminal");
        os::check(::unlockpt(ours.get()), "unlock the terminal");
        theirs = os::UniqueFd(
            os::check(::open(::ptsname(ours.get()), O_RDWR | O_NOCTTY | O_CLOEXEC), "open the terminal's other end"));
    }

    RunOptions atTerminal() const
    {
        RunOptions options{{scratch.copyOf(HELLO, "1.0.0").string()}};
        options.probation = "5s";
        options.standardInput = theirs.get();
        options.atTerminal = true;
        return options;
    }

    void type(char key) const { os::check(::write(ours.get(), &key, 1), "type"); }

    os::UniqueFd ours;
    os::UniqueFd theirs;
};

constexpr char CtrlC = '\x03';

TEST_P(Terminal, EndsAllByCtrlCAndBlocksNothing)
{
    auto options = atTerminal();
    options.options = {"--probation-alone", "5s"};
    if (std::string(GetParam().name) == "Alone") options.probation = "100ms";
    ASSERT_TRUE(serves(options));
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(HELLO, "1.1.0"), GetParam().line));

    type(CtrlC);

    EXPECT_EQ(baton->end(), 0);
    EXPECT_TRUE(store().loadState()->blocked.empty());
    EXPECT_EQ(store().loadState()->current->version, "1.0.0");
    EXPECT_TRUE(history().empty());
    EXPECT_TRUE(livingOrphans().empty());
}

INSTANTIATE_TEST_SUITE_P(while_, Terminal,
                         ::testing::Values(Moment{"Starting", "1.1.0 starts beside"},
                                           Moment{"Beside", "1.1.0 on probation beside"},
                                           Moment{"Alone", "1.1.0 serves alone"}),
                         [](const auto& moment) { return std::string(moment.param.name); });

TEST_F(Terminal, StillTakesBackAReleaseThatDiesByItself)
{
    ASSERT_TRUE(serves(atTerminal()));

    EXPECT_TRUE(update("1.1.0", scratch.copyOf(BROKEN, "1.1.0"), "1.1.0 taken back"));

    EXPECT_TRUE(baton->says("1.0.0 serves on"));
    type(CtrlC);
    EXPECT_EQ(baton->end(), 0);
}

} // namespace
} // namespace baton::system
