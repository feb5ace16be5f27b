#include "client/supervise/Metrics.h"

#include "client/os/Files.h"
#include "client/supervise/MetricsFile.h"
#include "tests/support/KeptLog.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace baton::supervise {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

ProgramMetrics busy()
{
    ProgramMetrics program;
    program.status.state = "probationAlone";
    program.status.release = control::RunningRelease{"1.4.0", std::string(64, 'a'), 7, 4711};
    program.status.candidate = control::RunningRelease{"1.5.0", std::string(64, 'b'), 8, 4712};
    program.status.blocked = {{"1.3.0", std::string(64, 'c'), "it crashed", "2026-11-23T18:00:00Z"}};
    program.status.signedBy = control::SignedStatus{"2026-11-20T00:00:00Z", "2026-12-20T00:00:00Z", 4};
    program.status.lastCheck = "2026-11-24T00:00:00Z";
    program.status.lastCheckResult = "update: 1.5.0";
    program.status.untold = control::UntoldStatus{3, 1};
    program.needsSignatures = true;
    program.keys = 2;
    program.outcomes = {5, 1, 2, 4};
    return program;
}

TEST(Metrics, TellAllThatIsKnown)
{
    const auto a = std::string(64, 'a');
    EXPECT_EQ(
        print({busy()}, "0.1.0"),
        "# HELP baton_build_info The Baton that runs.\n"
        "# TYPE baton_build_info gauge\n"
        "baton_build_info{version=\"0.1.0\"} 1\n"
        "# HELP baton_release_info The release that serves.\n"
        "# TYPE baton_release_info gauge\n"
        "baton_release_info{version=\"1.4.0\",sha256=\"" +
            a +
            "\"} 1\n"
            "# HELP baton_serving Whether a release serves.\n"
            "# TYPE baton_serving gauge\n"
            "baton_serving 1\n"
            "# HELP baton_handing_over Whether a release is on its way to take over.\n"
            "# TYPE baton_handing_over gauge\n"
            "baton_handing_over 1\n"
            "# HELP baton_signature_required Whether a release is taken only if it is signed.\n"
            "# TYPE baton_signature_required gauge\n"
            "baton_signature_required 1\n"
            "# HELP baton_keys_configured Public keys that are believed; 0: digests alone are verified.\n"
            "# TYPE baton_keys_configured gauge\n"
            "baton_keys_configured 2\n"
            "# HELP baton_statement_issued_timestamp_seconds When the newest statement that was believed was signed.\n"
            "# TYPE baton_statement_issued_timestamp_seconds gauge\n"
            "baton_statement_issued_timestamp_seconds 1795132800\n"
            "# HELP baton_statement_expires_timestamp_seconds When that statement runs out.\n"
            "# TYPE baton_statement_expires_timestamp_seconds gauge\n"
            "baton_statement_expires_timestamp_seconds 1797724800\n"
            "# HELP baton_last_check_timestamp_seconds When the server was asked last.\n"
            "# TYPE baton_last_check_timestamp_seconds gauge\n"
            "baton_last_check_timestamp_seconds 1795478400\n"
            "# HELP baton_last_check_success Whether it gave an answer then.\n"
            "# TYPE baton_last_check_success gauge\n"
            "baton_last_check_success 1\n"
            "# HELP baton_updates_total Updates that ended so since this Baton began.\n"
            "# TYPE baton_updates_total counter\n"
            "baton_updates_total{outcome=\"committed\"} 5\n"
            "baton_updates_total{outcome=\"rolledBack\"} 1\n"
            "baton_updates_total{outcome=\"refused\"} 2\n"
            "baton_updates_total{outcome=\"failed\"} 4\n"
            "# HELP baton_blocked_releases Releases that are never to run here again.\n"
            "# TYPE baton_blocked_releases gauge\n"
            "baton_blocked_releases 1\n"
            "# HELP baton_untold_events Events that wait until the server takes them.\n"
            "# TYPE baton_untold_events gauge\n"
            "baton_untold_events 3\n"
            "# HELP baton_lost_outcomes Outcomes that the server will never hear of.\n"
            "# TYPE baton_lost_outcomes gauge\n"
            "baton_lost_outcomes 1\n");
}

TEST(Metrics, LeaveOutWhatIsNotKnown)
{
    const auto text = print({ProgramMetrics{}}, "0.1.0");

    EXPECT_THAT(text, AllOf(Not(HasSubstr("release_info")), Not(HasSubstr("statement")), Not(HasSubstr("last_check"))));
    EXPECT_THAT(text, AllOf(HasSubstr("\nbaton_serving 0\n"), HasSubstr("\nbaton_signature_required 0\n"),
                            HasSubstr("\nbaton_keys_configured 0\n"), HasSubstr("\nbaton_untold_events 0\n")));
}

TEST(Metrics, NameTheProgramAmongSeveralAndEachMetricOnce)
{
    auto api = busy();
    auto web = busy();
    api.program = "api";
    web.program = "web";
    web.status.state = "ended";
    web.status.lastCheckResult = "failed: no answer";

    const auto text = print({api, web}, "0.1.0");

    EXPECT_THAT(text, HasSubstr("# TYPE baton_serving gauge\nbaton_serving{program=\"api\"} 1\n"
                                "baton_serving{program=\"web\"} 0\n# HELP"));
    EXPECT_THAT(text, HasSubstr("baton_last_check_success{program=\"web\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("baton_updates_total{program=\"web\",outcome=\"refused\"} 2\n"));
}

TEST(Metrics, EscapeWhatStandsInALabel)
{
    auto program = busy();
    program.status.release->version = "1\"2\\3\n4";
    EXPECT_THAT(print({program}, "0.1.0"), HasSubstr(R"(version="1\"2\\3\n4",)"));
}

struct MetricsFileTest : ::testing::Test {
    testing::TemporaryDirectory scratch;
    KeptLog log;
    fs::path directory = scratch.path() / "collector";
    fs::path path = directory / "web.prom";

    MetricsFileTest() { fs::create_directory(directory); }

    ino_t inode() const
    {
        struct stat status {};
        return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
    }
};

TEST_F(MetricsFileTest, IsReplacedOnlyByAnotherText)
{
    MetricsFile file(path, log);
    file.write("one\n");
    EXPECT_EQ(os::readWhole(path), "one\n");
    const auto first = inode();
    const os::UniqueFd open = os::open(path, 0); // So that its inode is not given again.

    file.write("one\n");
    EXPECT_EQ(inode(), first);
    file.write("two\n");
    EXPECT_NE(inode(), first);
    EXPECT_EQ(os::readWhole(path), "two\n");
    EXPECT_EQ(std::distance(fs::directory_iterator(directory), {}), 1) << "something was left beside it";
}

TEST_F(MetricsFileTest, MayBeReadByEverybodyAndGoesWithItsOwner)
{
    {
        MetricsFile file(path, log);
        file.write("one\n");
        EXPECT_EQ(fs::status(path).permissions() & fs::perms::all, fs::perms(0644));
    }
    EXPECT_FALSE(fs::exists(path));
}

TEST_F(MetricsFileTest, IsNotEmptiedByWhoGoesOn)
{
    os::writeDurably(path, "of the Baton before\n");
    const MetricsFile file(path, log, MetricsFile::Begin::GoesOn);
    EXPECT_EQ(os::readWhole(path), "of the Baton before\n");
}

TEST_F(MetricsFileTest, IsRefusedWhereItCannotBeMade)
{
    EXPECT_THROW(MetricsFile(scratch.path() / "nowhere" / "web.prom", log), std::system_error);
}

TEST_F(MetricsFileTest, SaysOnceThatItIsOldAndOnceThatItIsNotAnyMore)
{
    MetricsFile file(path, log);
    fs::remove_all(directory);
    file.write("one\n");
    file.write("two\n");
    ASSERT_EQ(log.lines.size(), 1U);
    EXPECT_THAT(log.lines.front(), HasSubstr("the file of --metrics is old: open "));

    fs::create_directory(directory);
    file.write("two\n");

    EXPECT_EQ(os::readWhole(path), "two\n");
    EXPECT_EQ(log.lines.size(), 2U);
}

} // namespace
} // namespace baton::supervise
