#include "client/assemble/ConfigReload.h"

#include "client/assemble/UsageError.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::assemble {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct ConfigReloadTest : ::testing::Test {
    ConfigEntries before{{"listen", "web=127.0.0.1:80"}, {"interval", "5m"}};
    std::vector<std::string> line{"--config", "web.properties"};

    Reread reread(const ConfigEntries& now) const
    {
        Handed handed;
        handed.values = resolve(Command::Run, line, nullptr, [&](const auto&) { return before; }).values;
        return rereadConfig(handed, [&](const auto&) { return now; });
    }
};

TEST_F(ConfigReloadTest, TakesTheListenersInTheirOrder)
{
    const auto now = reread({{"interval", "5m"}, {"listen", "x=unix:/x,mode=0600"}, {"listen", "web=127.0.0.1:80"}});
    EXPECT_THAT(now.listen, ElementsAre("x=unix:/x,mode=0600", "web=127.0.0.1:80"));
    EXPECT_THAT(now.refused, IsEmpty());
    EXPECT_EQ(print(now), "listen x=unix:/x,mode=0600\nlisten web=127.0.0.1:80\nend\n");
}

TEST_F(ConfigReloadTest, NamesWhatCannotChange)
{
    const auto now = reread({{"listen", "web=127.0.0.1:80"}, {"probation", "1m"}});
    EXPECT_THAT(now.refused, ::testing::UnorderedElementsAre(HasSubstr("interval is 30m in the file and was 5m"),
                                                             HasSubstr("probation is 1m in the file and was 10s")));
}

TEST_F(ConfigReloadTest, LeavesWhatTheCommandLineSays)
{
    line.insert(line.end(), {"--listen", "a=127.0.0.1:1", "--interval", "9m"});
    const auto now = reread({{"listen", "b=127.0.0.1:2"}, {"interval", "7m"}});
    EXPECT_THAT(now.listen, ElementsAre("a=127.0.0.1:1"));
    EXPECT_THAT(now.refused, IsEmpty());
}

TEST_F(ConfigReloadTest, RefusesAFileThatIsWrong)
{
    EXPECT_THROW(reread({{"listen", "web=nowhere"}}), UsageError);
    EXPECT_THROW(reread({{"listen", "web=127.0.0.1:1"}, {"listen", "web=127.0.0.1:2"}}), UsageError);
    line.clear();
    EXPECT_THROW(reread({}), UsageError);
}

} // namespace
} // namespace baton::assemble
