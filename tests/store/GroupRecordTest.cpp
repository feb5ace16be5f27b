#include "client/store/GroupRecord.h"

#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace baton::store {
namespace {

GroupRecord sample()
{
    return {GroupStep::Commit, {{"api", {"1.0.0", std::string(64, 'a')}}, {"web", {"2.0.0", std::string(64, 'b')}}}};
}

TEST(GroupRecord, PrintsAndParses)
{
    EXPECT_EQ(parseGroupRecord(print(sample())), sample());
    EXPECT_THROW(parseGroupRecord("{}"), std::runtime_error);
    EXPECT_THROW(parseGroupRecord(R"({"format":2,"step":"begin","members":[]})"), std::runtime_error);
    EXPECT_THROW(parseGroupRecord(R"({"format":1,"step":"end","members":[]})"), std::runtime_error);
}

TEST(GroupRecord, IsThereUntilItIsForgotten)
{
    const baton::testing::TemporaryDirectory directory;
    const GroupFile file(directory.path(), "shop");
    EXPECT_FALSE(file.load());
    file.forget();

    file.save(sample());
    EXPECT_EQ(file.load(), sample());
    file.forget();

    EXPECT_FALSE(file.load());
}

} // namespace
} // namespace baton::store
