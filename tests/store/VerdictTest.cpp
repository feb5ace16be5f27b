#include "client/store/Verdict.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace baton::store {
namespace {

const ReleaseKey Key{"1.5.0", std::string(64, 'a')};
const std::string Words = "1.5.0 " + Key.sha256;

TEST(Verdict, PrintsAndParsesEachKind)
{
    const std::vector<std::pair<Verdict, std::string>> all{
        {{VerdictKind::Staged, Key, 0, ""}, "staged " + Words + "\n"},
        {{VerdictKind::Refused, Key, 10, "its digest differs"}, "refused " + Words + " 10 its digest differs\n"},
        {{VerdictKind::Failed, Key, 14, "disk full"}, "failed " + Words + " 14 disk full\n"},
        {{VerdictKind::Failed, {}, 1, "attempt.json is damaged"}, "failed - - 1 attempt.json is damaged\n"},
        {{}, "nothing\n"},
    };
    for (const auto& [verdict, line] : all) {
        EXPECT_EQ(print(verdict), line);
        EXPECT_EQ(parseVerdict(line), verdict) << line;
    }
}

TEST(Verdict, StaysOneLineWhateverTheReason)
{
    for (const auto& reason : {std::string("a\nb"), std::string(), std::string("\x1B[2J\xFF"), std::string("\xC2\x9B"),
                               std::string(5000, 'x'), std::string(300, '\n')}) {
        const auto line = print({VerdictKind::Refused, {std::string(255, '9'), Key.sha256}, 12, reason});
        EXPECT_LE(line.size(), LongestVerdict);
        EXPECT_EQ(line.find('\n'), line.size() - 1);
        EXPECT_TRUE(parseVerdict(line)) << line;
    }
    EXPECT_EQ(print({VerdictKind::Failed, Key, 14, "a\nb"}), "failed " + Words + " 14 a\\x0ab\n");
}

TEST(Verdict, IsNotParsedFromAnythingElse)
{
    for (const auto& line : {std::string(),
                             std::string("\n"),
                             "staged " + Words,
                             "staged " + Words + " \n",
                             "staged " + Words + " x\n",
                             "staged " + Words + "\n\n",
                             " staged " + Words + "\n",
                             "staged  " + Words + "\n",
                             std::string("staged - -\n"),
                             std::string("refused - - 10 x\n"),
                             "STAGED " + Words + "\n",
                             "staged 1/5 " + Key.sha256 + "\n",
                             std::string("staged 1.5.0 aa\n"),
                             "refused " + Words + "\n",
                             "refused " + Words + " 10\n",
                             "refused " + Words + " 10 \n",
                             "refused " + Words + " 0 x\n",
                             "refused " + Words + " 010 x\n",
                             "refused " + Words + " -1 x\n",
                             "refused " + Words + " 10000 x\n",
                             "refused " + Words + " ten x\n",
                             "refused " + Words + " 10 a\x1B\n",
                             "refused " + Words + " 10 a\nb\n",
                             "refused " + Words + " 10 " + std::string(1000, 'x') + "\n",
                             std::string("nothing x\n")})
        EXPECT_EQ(parseVerdict(line), std::nullopt) << line;
}

} // namespace
} // namespace baton::store
