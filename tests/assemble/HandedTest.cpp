#include "client/assemble/Handed.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace baton::assemble {
namespace {

Handed sample()
{
    Handed handed;
    handed.values.set("interval", {{"5m", "--interval"}});
    handed.values.set("listen", {{"a=127.0.0.1:1", "--listen"}, {"b=127.0.0.1:2", "--listen"}});
    handed.command = {"./server", "--name", "\xff\xfe bytes, no text"};
    handed.stateDirectory = "/var/lib/web";
    handed.controlSocket = "/run/web.sock";
    handed.executable = "/usr/bin/baton";
    handed.listens = true;
    handed.lock = 7;
    return handed;
}

TEST(Handed, IsReadAsItWasSealedByEachWhoReadsIt)
{
    const auto file = seal(sample());

    EXPECT_EQ(readHanded(file.get()), sample());
    EXPECT_EQ(readHanded(file.get()), sample());
}

TEST(Handed, HoldsSeveralProgramsByTheirNames)
{
    Handed whole;
    whole.controlSocket = "/run/shop.sock";
    for (const auto* name : {"api", "web"}) {
        whole.programs.push_back(sample());
        whole.programs.back().program = name;
    }
    const auto file = seal(whole);

    EXPECT_EQ(readHanded(file.get()), whole);
    EXPECT_EQ(handedTo(whole, "web"), whole.programs.back());
    EXPECT_EQ(handedTo(sample(), ""), sample());
    EXPECT_THROW(handedTo(whole, "wep"), std::runtime_error);
}

TEST(Handed, CannotBeChangedAndIsNotInherited)
{
    const auto file = seal(sample());

    EXPECT_EQ(::pwrite(file.get(), "x", 1, 0), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(::ftruncate(file.get(), 0), -1);
    EXPECT_EQ(::fcntl(file.get(), F_GETFD), FD_CLOEXEC);
}

TEST(Handed, RefusesWhatIsNotOurs)
{
    const os::UniqueFd none(::open("/dev/null", O_RDONLY | O_CLOEXEC));

    EXPECT_THROW(readHanded(none.get()), std::runtime_error);
}

} // namespace
} // namespace baton::assemble
