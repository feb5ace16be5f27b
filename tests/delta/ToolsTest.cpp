// Debian's bsdiff, bspatch and zstd: each takes what Baton makes, and makes what Baton takes, on real programs.
#include "client/delta/Apply.h"
#include "client/os/Files.h"
#include "tests/delta/Pair.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;
using namespace baton::delta;
using namespace baton::delta::testing;

bool isInstalled(const std::string& program)
{
    return std::system(("command -v " + program + " >/dev/null").c_str()) == 0;
}

bool runs(const std::string& command) { return std::system((command + " 2>/dev/null").c_str()) == 0; }

std::string bytesOf(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

// Programs of one package, which have much in common, and this test, relinked as it were.
std::vector<std::pair<std::string, std::string>> realPairs()
{
    const auto self = bytesOf("/proc/self/exe");
    auto relinked = self.substr(0, self.size() / 2) + std::string(64, '\x90') + self.substr(self.size() / 2);
    for (std::size_t i = 512; i + 4 < relinked.size(); i += 1009) relinked[i] = static_cast<char>(relinked[i] + 0x40);
    std::vector<std::pair<std::string, std::string>> pairs{{self, relinked}};
    for (const auto& [one, other] : {std::pair{"/bin/ls", "/bin/cp"}, std::pair{"/bin/dash", "/bin/sleep"}})
        pairs.emplace_back(bytesOf(one), bytesOf(other));
    return pairs;
}

class Tools : public ::testing::Test {
protected:
    fs::path file(const char* name) const { return place_.path() / name; }
    std::string word(const char* name) const { return ' ' + file(name).string(); }

    void lay(const std::pair<std::string, std::string>& pair) const
    {
        write(file("old"), pair.first);
        write(file("new"), pair.second);
        fs::remove(file("made"));
        fs::remove(file("patch"));
    }

    baton::testing::TemporaryDirectory place_;
};

TEST_F(Tools, BspatchAppliesWhatBatonMakes)
{
    if (!isInstalled("bspatch")) GTEST_SKIP() << "NOT RUN: there is no bspatch; apt-get install bsdiff";
    for (const auto& pair : realPairs()) {
        lay(pair);
        write(file("patch"), patchOf(Algorithm::Bsdiff40, pair.first, pair.second));

        ASSERT_TRUE(runs("bspatch" + word("old") + word("made") + word("patch")));

        EXPECT_TRUE(bytesOf(file("made")) == pair.second);
    }
}

TEST_F(Tools, BatonAppliesWhatBsdiffMakes)
{
    if (!isInstalled("bsdiff")) GTEST_SKIP() << "NOT RUN: there is no bsdiff; apt-get install bsdiff";
    for (const auto& pair : realPairs()) {
        lay(pair);
        ASSERT_TRUE(runs("bsdiff" + word("old") + word("new") + word("patch")));

        const auto made = applied(Algorithm::Bsdiff40, pair.first, bytesOf(file("patch")),
                                  static_cast<std::int64_t>(pair.second.size()));

        EXPECT_TRUE(made == pair.second);
    }
}

TEST_F(Tools, ZstdAppliesWhatBatonMakes)
{
    if (!isInstalled("zstd")) GTEST_SKIP() << "NOT RUN: there is no zstd; apt-get install zstd";
    for (const auto& pair : realPairs()) {
        lay(pair);
        write(file("patch"), patchOf(Algorithm::Zstd, pair.first, pair.second));

        ASSERT_TRUE(runs("zstd -q -d -f --patch-from=" + file("old").string() + word("patch") + " -o" + word("made")));

        EXPECT_TRUE(bytesOf(file("made")) == pair.second);
    }
}

TEST_F(Tools, BatonAppliesWhatZstdMakes)
{
    if (!isInstalled("zstd")) GTEST_SKIP() << "NOT RUN: there is no zstd; apt-get install zstd";
    for (const auto& pair : realPairs())
        for (const auto* const level : {"-1", "-19 --long=27"}) {
            lay(pair);
            ASSERT_TRUE(runs("zstd -q -f " + std::string(level) + " --patch-from=" + file("old").string() +
                             word("new") + " -o" + word("patch")));

            const auto made = applied(Algorithm::Zstd, pair.first, bytesOf(file("patch")),
                                      static_cast<std::int64_t>(pair.second.size()));

            EXPECT_TRUE(made == pair.second);
        }
}

} // namespace
