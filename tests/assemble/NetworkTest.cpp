#include "client/assemble/Network.h"

#include "client/assemble/CommandLine.h"
#include "client/assemble/UsageError.h"
#include "client/os/Files.h"
#include "tests/support/KeptLog.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace baton::assemble {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string Pin(64, 'a');

class Network : public ::testing::Test {
protected:
    std::string file(const std::string& name, const std::string& text, mode_t mode = 0600) const
    {
        const auto made = directory_.path() / name;
        os::writeDurably(made, text);
        ::chmod(made.c_str(), mode); // Whatever the umask is.
        return made;
    }

    /// "65: why", "" when all is well.
    std::string fault(std::vector<std::string> words, std::vector<const char*> environment = {})
    {
        environment.push_back(nullptr);
        words.insert(words.begin(), {"--app-id", "web"});
        try {
            checkNetwork(resolve(assemble::Run, words, environment.data(), {}).values, environment.data(), log_);
            return {};
        } catch (const UsageError& error) {
            return std::to_string(error.exitCode()) + ": " + error.what();
        }
    }

    std::string faultOfHttps(std::vector<std::string> words)
    {
        words.insert(words.begin(), {"--server", "https://updates.example.org/"});
        return fault(std::move(words));
    }

    baton::testing::TemporaryDirectory directory_;
    KeptLog log_;
};

TEST_F(Network, IsFineWithoutAnyOptionAndWithoutAServer)
{
    EXPECT_EQ(fault({}), "");
    EXPECT_EQ(faultOfHttps({}), "");
    EXPECT_EQ(fault({"--server", "unix:/run/updates.sock:/v1/update/"}), "");
}

TEST_F(Network, WarnsOfHttpUnlessTheAnswersAreProven)
{
    const auto isWarned = [this](const std::vector<std::string>& words) {
        log_ = KeptLog();
        EXPECT_EQ(fault(words), "");
        return !log_.lines.empty() && log_.lines.front().find("anybody on the way") != std::string::npos;
    };

    EXPECT_TRUE(isWarned({"--server", "http://updates.example.org/"}));
    EXPECT_FALSE(isWarned({"--server", "http://updates.example.org/", "--cup-key", "7:key.pem"}));
    EXPECT_FALSE(isWarned({"--server", "https://updates.example.org/"}));
    EXPECT_FALSE(isWarned({"--server", "http://127.0.0.1:8080/"}));
}

TEST_F(Network, NamesTheFileThatIsNotThere)
{
    for (const auto* option : {"--ca-file", "--client-cert", "--authorization-file"})
        EXPECT_THAT(faultOfHttps({option, (directory_.path() / "nothing").string()}),
                    StartsWith("66: " + std::string(option)))
            << option;
}

TEST_F(Network, NamesTheFileThatHoldsSomethingElse)
{
    const auto junk = file("junk", "junk\n");

    for (const auto* option : {"--ca-file", "--client-cert", "--authorization-file"}) {
        const auto sentence = faultOfHttps({option, junk});
        EXPECT_THAT(sentence, StartsWith("65: ")) << option;
        EXPECT_THAT(sentence, HasSubstr(junk)) << option;
    }
}

TEST_F(Network, KeepsASecretSecret)
{
    EXPECT_EQ(faultOfHttps({"--authorization-file", file("fine", "Bearer s3cret\n", 0640)}), "");
    const auto open = faultOfHttps({"--authorization-file", file("open", "Bearer s3cret\n", 0644)});
    EXPECT_THAT(open, HasSubstr("chmod o="));
    EXPECT_THAT(open, Not(HasSubstr("s3cret")));
    EXPECT_THAT(faultOfHttps({"--authorization-file", file("bare", "s3cret\n")}), Not(HasSubstr("s3cret")));
    EXPECT_EQ(fault({"--server", "http://127.0.0.1:1/", "--authorization-file", file("fine", "Bearer x\n")}), "");
    EXPECT_THAT(fault({"--server", "http://h/", "--authorization-file", file("fine", "Bearer x\n")}),
                StartsWith("64: --authorization-file needs"));
}

TEST_F(Network, WantsHttpsForWhatOnlyTlsCanDo)
{
    EXPECT_EQ(faultOfHttps({"--pin-sha256", Pin}), "");
    EXPECT_THAT(fault({"--server", "http://h/", "--pin-sha256", Pin}), HasSubstr("https://"));
    EXPECT_THAT(faultOfHttps({"--pin-sha256", "abc"}), StartsWith("64: --pin-sha256"));
    EXPECT_THAT(faultOfHttps({"--client-key", file("key", "x")}), HasSubstr("without --client-cert"));
    EXPECT_THAT(faultOfHttps({"--timeout", "10ms"}), StartsWith("64: --timeout"));
    EXPECT_THAT(fault({"--server", "unix:/run/x:y"}), StartsWith("64: --server"));
}

TEST_F(Network, TakesTheProxyOfTheOptionOrOfTheEnvironmentAndShowsNoPassword)
{
    const std::vector<std::string> server{"--server", "https://updates.example.org/"};
    EXPECT_EQ(fault(server, {"https_proxy=http://me:s3cret@proxy:3128"}), "");
    EXPECT_TRUE(log_.has("proxy:3128"));
    EXPECT_FALSE(log_.has("s3cret"));
    const auto wrong = fault(server, {"https_proxy=socks5://me:s3cret@proxy:3128"});
    EXPECT_THAT(wrong, StartsWith("64: https_proxy cannot be used: SOCKS proxies are not known here"));
    EXPECT_THAT(wrong, Not(HasSubstr("s3cret")));
    EXPECT_EQ(fault(server, {"http_proxy=socks5://proxy"}), ""); // Nobody is asked through it.
    EXPECT_EQ(faultOfHttps({"--proxy", "none"}), "");
    EXPECT_THAT(faultOfHttps({"--proxy", "http://me:s3cret@proxy"}), HasSubstr("has a user"));
    EXPECT_THAT(faultOfHttps({"--proxy", "ftp://proxy"}), StartsWith("64: --proxy"));
}

TEST_F(Network, RefusesASpeedThatOurOwnBandwidthRulesOut)
{
    EXPECT_EQ(fault({"--bandwidth", "64kB/s", "--parallel-downloads", "8"}), "");
    EXPECT_THAT(fault({"--bandwidth", "64kB/s", "--parallel-downloads", "2", "--min-speed", "17kB/s"}),
                StartsWith("64: --bandwidth"));
    EXPECT_EQ(fault({"--min-speed", "17kB/s"}), "");
}

TEST_F(Network, GivesTheTransportWhatWasSaid)
{
    const char* const none = nullptr;
    const auto values =
        resolve(assemble::Run,
                {"--server", "https://h:444/", "--pin-sha256", Pin, "--timeout", "7s", "--min-speed", "3kB/s"}, &none,
                {})
            .values;

    const auto settings = networkSettings(values, &none);

    EXPECT_EQ(settings.server->port, 444);
    EXPECT_EQ(settings.tls.pins, std::vector{transport::parsePin(Pin).value()});
    EXPECT_EQ(settings.limits.request, std::chrono::seconds(7));
    EXPECT_EQ(settings.limits.minSpeed, 3000);
}

} // namespace
} // namespace baton::assemble
