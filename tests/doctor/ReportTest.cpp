#include "client/doctor/Report.h"

#include <gtest/gtest.h>

namespace baton::doctor {
namespace {

const Findings Some{{Grade::Fine, "pidfd", "there is one"},
                    {Grade::Weak, "blocked", "release 1.1.0: it said \x1b[2J", "publish another", "web"},
                    {Grade::Broken, "disk", "0 bytes are free", "make room"}};

TEST(Report, IsALineForEachFindingWithWhatToDo)
{
    EXPECT_EQ(describe(Some), "fine    pidfd: there is one\n"
                              "weak    web: blocked: release 1.1.0: it said \\x1b[2J. To do: publish another\n"
                              "broken  disk: 0 bytes are free. To do: make room\n");
    EXPECT_EQ(describe({}), "");
}

TEST(Report, IsOneLineOfJson)
{
    EXPECT_EQ(
        print(Some),
        R"({"broken":true,"findings":[{"grade":"fine","about":"pidfd","finding":"there is one","remedy":null},)"
        R"({"grade":"weak","about":"blocked","finding":"release 1.1.0: it said \u001b[2J","remedy":"publish another",)"
        R"("program":"web"},{"grade":"broken","about":"disk","finding":"0 bytes are free","remedy":"make room"}]})"
        "\n");
    EXPECT_EQ(print({}), "{\"broken\":false,\"findings\":[]}\n");
}

} // namespace
} // namespace baton::doctor
