#include "tests/system/Fault.h"

namespace baton::system {

using ::testing::AssertionResult;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

AssertionResult Fault::underLoad(const RunOptions& options)
{
    if (auto result = serves(options); !result) return result;
    before = pid();
    clients.emplace(scratch, web, FaultLoad);
    return ::testing::AssertionSuccess();
}

AssertionResult Fault::helloUnderLoad(std::vector<std::string> options, const std::string& probation)
{
    return underLoad({{scratch.copyOf(HELLO, "1.0.0").string()}, std::move(options), {"web=127.0.0.1:0"}, probation});
}

AssertionResult Fault::takesBack(const std::string& lines, const std::string& says)
{
    return update("1.1.0", scratch.actor("1.1.0", lines), says);
}

void Fault::lost(std::uint64_t most)
{
    auto count = clients->stop();
    clients.reset();
    EXPECT_GT(count.sent, 0U);
    EXPECT_LE(count.failed, most) << count.report;
    EXPECT_EQ(count.kinds["refused"], 0U) << count.report;
}

void Fault::oldServes(const std::string& reason, Way way, std::uint64_t most)
{
    const auto code = way < Way::EndedOnProbation ? code::CandidateFailed : code::RolledBack;
    EXPECT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_EQ(pid(), before) << "the process that served was started anew";
    EXPECT_THAT(ask(), HasSubstr("1.0.0"));
    lost(most);
    const auto blocked = status().blocked;
    ASSERT_EQ(blocked.size(), 1U);
    EXPECT_EQ(blocked.front().version, "1.1.0");
    EXPECT_THAT(blocked.front().reason, HasSubstr(reason));
    const auto suffix = " code " + std::to_string(code);
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.1.0 from 1.0.0" + suffix));
    EXPECT_TRUE(hasTold({"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0",
                         "3/0 1.1.0" + suffix + '/' + std::to_string(static_cast<int>(way))}));
    EXPECT_TRUE(stateIsWhole());
    EXPECT_EQ(stop(), 0);
}

} // namespace baton::system
