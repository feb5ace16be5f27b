#include "client/agent/RememberedFile.h"

#include "client/os/Files.h"
#include "tests/support/KeptLog.h"
#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>

using namespace baton;
using namespace baton::agent;

namespace {

struct RememberedFileTest : ::testing::Test {
    RememberedFileTest() : store(directory.path() / "state") { store.create(); }

    baton::testing::TemporaryDirectory directory;
    store::Store store;
    KeptLog log;
};

} // namespace

TEST_F(RememberedFileTest, TellsAnEmptyCohortFromNone)
{
    source::Remembered remembered;
    remembered.cohort = "";
    remembered.cohortname = "stable";
    remembered.lastDay = 7265;
    remembered.freshness = "{f}";

    saveRemembered(store, remembered, log);

    EXPECT_EQ(loadRemembered(store, log), remembered);
    EXPECT_TRUE(log.lines.empty());
}

TEST_F(RememberedFileTest, IsEmptyWhereThereIsNoFile)
{
    EXPECT_EQ(loadRemembered(store, log), source::Remembered());
    EXPECT_TRUE(log.lines.empty());
}

TEST_F(RememberedFileTest, ForgetsWhatIsDamagedAndSaysSo)
{
    os::writeDurably(store.downloads() / "server.json", "{\"format\": 1, \"freshness\": 7}");

    EXPECT_EQ(loadRemembered(store, log), source::Remembered());
    EXPECT_TRUE(log.has("cohort is forgotten"));
}
