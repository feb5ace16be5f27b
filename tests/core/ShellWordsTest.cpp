#include "client/core/ShellWords.h"

#include <gtest/gtest.h>

namespace baton {
namespace {

using Words = std::vector<std::string>;

struct Row {
    const char* line;
    Words words;
};

TEST(ShellWords, AreThoseThatAShellWouldMake)
{
    const std::vector<Row> rows{
        {"", {}},
        {"  \t ", {}},
        {"./server", {"./server"}},
        {"./server --name 'a b' \"c d\"", {"./server", "--name", "a b", "c d"}},
        {"a\\ b \\'c", {"a b", "'c"}},
        {"x'y'z\"w\"", {"xyzw"}},
        {"'' \"\"", {"", ""}},
        {"\"a\\\"b\\\\c\\$d\\e\"", {"a\"b\\c$d\\e"}},
        {"'a\\b'", {"a\\b"}},
        {"sh -c 'echo $HOME | cat'", {"sh", "-c", "echo $HOME | cat"}},
        {"$HOME *.c # no comment ~", {"$HOME", "*.c", "#", "no", "comment", "~"}},
        {"python3 {release}/app.py", {"python3", "{release}/app.py"}},
    };

    for (const auto& row : rows) {
        const auto split = splitWords(row.line);
        EXPECT_EQ(split.words, row.words) << row.line;
        EXPECT_EQ(split.fault, "") << row.line;
    }
}

TEST(ShellWords, SayWhatIsNotClosed)
{
    EXPECT_EQ(splitWords("a 'b").fault, "has a ' without its other");
    EXPECT_EQ(splitWords("a \"b\\\"").fault, "has a \" without its other");
    EXPECT_EQ(splitWords("a b\\").fault, "ends in a backslash");
    EXPECT_TRUE(splitWords("a 'b").words.empty());
}

} // namespace
} // namespace baton
