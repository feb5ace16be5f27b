#include "client/control/Lending.h"

#include "client/os/Files.h"
#include "client/os/Sockets.h"
#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <thread>

namespace baton::control {
namespace {

namespace fs = std::filesystem;

// Lends as a supervisor does, until the borrower is gone.
struct Lender {
    explicit Lender(std::vector<fs::path> files)
        : thread([this, files = std::move(files)] {
              pollfd one{ends.first.get(), POLLIN, 0};
              while (::poll(&one, 1, -1) > 0 && lend(ends.first.get(), files)) {
              }
          })
    {
    }
    ~Lender()
    {
        borrower.reset();
        thread.join();
    }
    Lender(const Lender&) = delete;
    Lender& operator=(const Lender&) = delete;

    std::pair<os::UniqueFd, os::UniqueFd> ends = os::packetPair();
    std::unique_ptr<Borrower> borrower = std::make_unique<Borrower>(std::move(ends.second));
    std::thread thread;
};

std::string textOf(const os::UniqueFd& file)
{
    std::array<char, 64> block{};
    const auto length = ::read(file.get(), block.data(), block.size());
    return {block.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))};
}

int errorOf(Borrower& borrower, const fs::path& file)
try {
    (void)borrower.open(file);
    return 0;
} catch (const std::system_error& error) {
    return error.code().value();
}

struct Lending : ::testing::Test {
    fs::path write(const std::string& name, const std::string& text) const
    {
        std::ofstream(directory.path() / name) << text;
        return directory.path() / name;
    }

    testing::TemporaryDirectory directory;
};

TEST_F(Lending, OpensAFileAsItIsNow)
{
    const auto file = write("token", "first");
    const Lender lender({file});
    EXPECT_EQ(textOf(lender.borrower->open(file)), "first");

    fs::rename(write("new", "second"), file);

    EXPECT_EQ(textOf(lender.borrower->open(file)), "second");
    EXPECT_EQ(textOf(lender.borrower->open(file)), "second") << "each has an offset of its own";
}

TEST_F(Lending, OpensNothingThatWasNotNamed)
{
    const auto file = write("token", "x");
    const auto other = write("other", "x");
    const Lender lender({file});

    EXPECT_EQ(errorOf(*lender.borrower, other), EACCES);
    EXPECT_EQ(errorOf(*lender.borrower, "/etc/shadow"), EACCES);
    EXPECT_EQ(errorOf(*lender.borrower, file.string() + std::string("\0x", 2)), EACCES);
}

TEST_F(Lending, SaysWhyAFileCannotBeOpened)
{
    const auto missing = directory.path() / "missing";
    const Lender lender({missing});

    EXPECT_EQ(errorOf(*lender.borrower, missing), ENOENT);
}

TEST_F(Lending, SaysThatNobodyIsThere)
{
    auto ends = os::packetPair();
    Borrower borrower(std::move(ends.second));
    ends.first.reset();

    EXPECT_EQ(errorOf(borrower, "/x"), EPIPE);
}

TEST_F(Lending, ServesSeveralThreads)
{
    const auto file = write("token", "text");
    const Lender lender({file});
    std::array<std::thread, 4> threads;
    std::array<std::string, 4> read;
    for (std::size_t i = 0; i < threads.size(); ++i)
        threads.at(i) = std::thread([&, i] { read.at(i) = textOf(lender.borrower->open(file)); });
    for (auto& thread : threads) thread.join();

    for (const auto& text : read) EXPECT_EQ(text, "text");
}

} // namespace
} // namespace baton::control
