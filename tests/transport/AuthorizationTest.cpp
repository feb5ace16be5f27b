#include "client/transport/Authorization.h"

#include "client/os/Files.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

using namespace baton;
using baton::transport::readAuthorization;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

class Authorization : public ::testing::Test {
protected:
    std::filesystem::path file(const std::string& text, mode_t mode = 0600) const
    {
        const auto made = directory_.path() / "authorization";
        os::writeDurably(made, text);
        ::chmod(made.c_str(), mode); // Whatever the umask is.
        return made;
    }

    baton::testing::TemporaryDirectory directory_;
};

} // namespace

TEST_F(Authorization, IsOneLine)
{
    EXPECT_EQ(readAuthorization(file("Bearer abc.def==\n")).value(), "Bearer abc.def==");
    EXPECT_EQ(readAuthorization(file("Basic dTpw\r\n", 0640)).value(), "Basic dTpw");
    EXPECT_EQ(readAuthorization(file("Digest username=\"u\", realm=\"r\"")).value(),
              "Digest username=\"u\", realm=\"r\"");
}

TEST_F(Authorization, IsNothingElseAndIsNotRepeated)
{
    for (const auto& text :
         {std::string(), std::string("\n"), std::string("s3cret"), std::string("Bearer "), std::string(" s3cret"),
          std::string("Bearer s3cret\n\n"), std::string("Bearer s3\r\nEvil: cret"), std::string("Bearer s3cret\0", 14),
          std::string("Authorization: Bearer s3cret"), std::string("Bearer s3cret\xc3\xa4"),
          "Bearer s3cret" + std::string(9000, 'x')}) {
        const auto read = readAuthorization(file(text));
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, code::AnswerInvalid);
        EXPECT_THAT(read.error().detail, Not(HasSubstr("s3"))) << text;
    }
}

TEST_F(Authorization, IsNotReadWhereEverybodyMayUseIt)
{
    for (const mode_t mode : {0604, 0602, 0601, 0644})
        EXPECT_THAT(readAuthorization(file("Bearer abc", mode)).error().detail, HasSubstr("chmod o=")) << mode;
}

TEST_F(Authorization, IsAFileThatIsThere)
{
    EXPECT_EQ(readAuthorization(directory_.path() / "nothing").error().code, code::Transfer);
    EXPECT_FALSE(readAuthorization(directory_.path()));
    const auto pipe = directory_.path() / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_FALSE(readAuthorization(pipe)); // And does not wait for a writer.
}
