#include "client/assemble/Talk.h"

#include "client/assemble/UsageError.h"
#include "client/control/Status.h"
#include "client/os/Sockets.h"
#include "client/store/History.h"
#include "tests/stage/Scratch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <poll.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <map>
#include <sstream>
#include <thread>

namespace baton::assemble {
namespace {

using stage::Scratch;
using testing::HasSubstr;

/// A Baton that only answers: the next text of each command's list, the last one again and again.
class ScriptedBaton {
public:
    ScriptedBaton(const std::filesystem::path& path, std::map<std::string, std::deque<std::string>> answers)
        : answers_(std::move(answers)),
          listener_(os::listenUnix(path)),
          thread_([this] { serve(); })
    {
    }
    ~ScriptedBaton()
    {
        ::shutdown(listener_.get(), SHUT_RDWR);
        thread_.join();
    }
    ScriptedBaton(const ScriptedBaton&) = delete;
    ScriptedBaton& operator=(const ScriptedBaton&) = delete;

private:
    void serve()
    {
        for (;;) {
            pollfd watched{listener_.get(), POLLIN, 0};
            ::poll(&watched, 1, -1); // The listener itself never blocks.
            const os::UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (client.get() < 0) return;
            std::string line;
            for (char letter = 0; ::read(client.get(), &letter, 1) == 1 && letter != '\n';) line += letter;
            auto& answers = answers_[line];
            const auto answer = answers.empty() ? std::string() : answers.front();
            if (answers.size() > 1) answers.pop_front();
            [[maybe_unused]] const auto sent = ::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
        }
    }

    std::map<std::string, std::deque<std::string>> answers_;
    os::UniqueFd listener_;
    std::thread thread_;
};

std::string status(const std::string& state, const std::string& lastCheck, const std::string& result)
{
    control::Status status;
    status.state = state;
    status.release = control::RunningRelease{"1.0.0", std::string(64, 'a'), 1, 4711};
    status.lastCheck = lastCheck;
    status.lastCheckResult = result;
    return print(status) + '\n';
}

std::string line(const std::string& version, store::Outcome outcome)
{
    return print(store::HistoryLine{
               "2026-11-23T16:00:00Z", "1.0.0", {version, std::string(64, 'b')}, outcome, 0, "why"}) +
           '\n';
}

class Talk : public testing::Test {
protected:
    int run(int (*command)(const Resolved&, const Terminal&), Command which, std::vector<std::string> words = {})
    {
        const char* const none = nullptr;
        words.insert(words.end(), {"--state-dir", scratch.path()});
        const Terminal terminal{out, err, true, [] { std::this_thread::yield(); }, [] { return std::string("now"); }};
        return command(resolve(which, words, &none, {}), terminal);
    }

    Scratch scratch;
    std::filesystem::path socket = scratch.path() / "control.sock";
    std::ostringstream out;
    std::ostringstream err;
};

TEST_F(Talk, ShowsTheStatusToPeopleAndMachines)
{
    const auto answer = status("serving", "", "");
    const ScriptedBaton baton(socket, {{"status", {answer}}});

    EXPECT_EQ(run(statusCommand, Status), 0);
    EXPECT_THAT(out.str(), HasSubstr("1.0.0"));
    out.str("");
    EXPECT_EQ(run(statusCommand, Status, {"--json"}), 0);
    EXPECT_EQ(out.str(), answer);
}

TEST_F(Talk, ShowsTheHistoryALineAnUpdate)
{
    const auto lines = line("1.1.0", store::Outcome::Committed) + line("1.2.0", store::Outcome::RolledBack);
    const ScriptedBaton baton(socket, {{"history", {lines}}});

    EXPECT_EQ(run(historyCommand, History, {"--json"}), 0);
    EXPECT_EQ(out.str(), lines);
    out.str("");
    EXPECT_EQ(run(historyCommand, History), 0);
    EXPECT_THAT(out.str(), HasSubstr("rolledBack  why"));
}

TEST_F(Talk, SaysHowManyLinesOfTheHistoryAreDamaged)
{
    const auto whole = line("1.1.0", store::Outcome::Committed);
    const ScriptedBaton baton(socket, {{"history", {"{\"half\":\n" + whole + "\x01\xff\n"}}});

    EXPECT_EQ(run(historyCommand, History, {"--json"}), 0);

    EXPECT_EQ(out.str(), whole);
    EXPECT_THAT(err.str(), HasSubstr("2 lines of history.jsonl cannot be read"));
}

TEST_F(Talk, SaysWhenBatonItselfCannotAnswer)
{
    const ScriptedBaton baton(socket, {{"history", {"{\"error\":\"see the log\"}\n"}}});

    try {
        run(historyCommand, History);
        ADD_FAILURE() << "it was taken for an empty history: " << out.str();
    } catch (const UsageError& error) {
        EXPECT_EQ(error.exitCode(), 69);
        EXPECT_THAT(error.what(), HasSubstr("Baton cannot answer: see the log"));
    }
}

std::string statusOfTwo()
{
    const auto one = control::parseStatus(status("serving", "", ""));
    return print(std::vector<control::NamedStatus>{{"api", one}, {"web", one}}) + '\n';
}

TEST_F(Talk, ShowsTheStatusOfAllPrograms)
{
    const ScriptedBaton baton(socket, {{"status", {statusOfTwo()}}, {"program web status", {status("empty", "", "")}}});

    EXPECT_EQ(run(statusCommand, Status), 0);
    EXPECT_THAT(out.str(),
                AllOf(HasSubstr("program     api\nstate       serving"), HasSubstr("\n\nprogram     web\n")));
    out.str("");
    EXPECT_EQ(run(statusCommand, Status, {"--json"}), 0);
    EXPECT_EQ(out.str(), statusOfTwo());
    out.str("");
    EXPECT_EQ(run(statusCommand, Status, {"--json", "--program", "web"}), 0);
    EXPECT_EQ(out.str(), status("empty", "", "")); // As of the only one.
}

TEST_F(Talk, ShowsTheHistoryOfAllPrograms)
{
    const auto one = line("1.1.0", store::Outcome::Committed);
    const ScriptedBaton baton(
        socket, {{"status", {statusOfTwo()}}, {"program api history", {one}}, {"program web history", {""}}});

    EXPECT_EQ(run(historyCommand, History), 0);
    EXPECT_THAT(out.str(), AllOf(testing::StartsWith("program api\n"), HasSubstr("\n\nprogram web\nnothing was")));
    out.str("");
    EXPECT_EQ(run(historyCommand, History, {"--json"}), 0);
    EXPECT_THAT(out.str(), AllOf(HasSubstr("\"1.1.0\""), HasSubstr("\"program\":\"api\"}\n")));
}

TEST_F(Talk, ReadsTheHistoryThatLiesThereWhenNoBatonAnswers)
{
    const auto lines = line("1.1.0", store::Outcome::Committed) + line("1.2.0", store::Outcome::RolledBack);
    const auto file = scratch.write("history.jsonl", lines + "{\"half\":");
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);

    EXPECT_EQ(run(historyCommand, History, {"--json"}), 0);
    EXPECT_EQ(out.str(), lines);
    EXPECT_THAT(err.str(), AllOf(testing::StartsWith("baton: no Baton answers: "),
                                 HasSubstr("; this is what lies in " + scratch.path().string() + '\n'),
                                 HasSubstr("1 line of history.jsonl cannot be read")));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(scratch.path()), {}), 1) << "it leaves nothing behind";
    out.str("");
    EXPECT_EQ(run(historyCommand, History), 0);
    EXPECT_THAT(out.str(), HasSubstr("rolledBack  why"));
}

TEST_F(Talk, ReadsTheHistoriesOfAllProgramsThatLieThere)
{
    const auto one = line("1.1.0", store::Outcome::Committed);
    scratch.write("programs/api/history.jsonl", one);
    scratch.write("programs/web/state.json", "{}");
    scratch.write("programs/other/file", "");

    EXPECT_EQ(run(historyCommand, History), 0);
    EXPECT_THAT(out.str(), AllOf(testing::StartsWith("program api\n"), HasSubstr("\n\nprogram web\nnothing was"),
                                 testing::Not(HasSubstr("other"))));
    out.str("");
    EXPECT_EQ(run(historyCommand, History, {"--program", "api", "--json"}), 0);
    EXPECT_EQ(out.str(), one);
    EXPECT_THROW(run(historyCommand, History, {"--program", "wep"}), UsageError);
}

TEST_F(Talk, EndsWith64WhereAProgramIsToBeNamed)
{
    const ScriptedBaton baton(
        socket, {{"update", {"{\"error\":\"this Baton runs several programs: api, web\",\"usage\":true}\n"}},
                 {"program api update", {"{\"accepted\":true}\n"}}});

    try {
        run(updateCommand, Update);
        ADD_FAILURE() << "it was taken";
    } catch (const UsageError& error) {
        EXPECT_EQ(error.exitCode(), 64);
        EXPECT_THAT(error.what(), HasSubstr("runs several programs: api, web"));
    }
    EXPECT_EQ(run(updateCommand, Update, {"--program", "api"}), 0);
}

TEST_F(Talk, EndsWith69WhereNoBatonIs)
{
    for (auto* command : {statusCommand, historyCommand, updateCommand}) {
        try {
            run(command, command == updateCommand ? Update : command == historyCommand ? History : Status);
            ADD_FAILURE() << "somebody answered";
        } catch (const UsageError& error) {
            EXPECT_EQ(error.exitCode(), 69);
            EXPECT_THAT(error.what(), AllOf(HasSubstr("no Baton answers"), HasSubstr(socket.string())));
        }
    }
}

TEST_F(Talk, WaitsForTheUpdateAndTellsItsOutcome)
{
    const std::map<store::Outcome, int> codes{{store::Outcome::Committed, 0},
                                              {store::Outcome::RolledBack, 70},
                                              {store::Outcome::Refused, 65},
                                              {store::Outcome::Failed, 75}};
    for (const auto& [outcome, code] : codes) {
        const auto old = line("1.0.0", store::Outcome::Committed);
        const ScriptedBaton baton(
            socket, {{"status", {status("serving", "before", "noupdate"), status("starting", "now", "update")}},
                     {"update", {"{\"accepted\":true}\n"}},
                     {"history", {old, old, old, old + line("1.1.0", outcome)}}});

        EXPECT_EQ(run(updateCommand, Update, {"--wait"}), code);
        EXPECT_THAT(out.str(), HasSubstr("1.1.0"));
    }
}

TEST_F(Talk, SeesTheEndOfAnUpdateThatMakesTheHistoryShorter)
{
    const auto old = line("1.0.0", store::Outcome::Committed);
    const ScriptedBaton baton(
        socket, {{"status", {status("serving", "before", "noupdate"), status("starting", "now", "update")}},
                 {"update", {"{\"accepted\":true}\n"}},
                 {"history", {old + old, store::printLetGo(2) + '\n' + line("1.1.0", store::Outcome::Committed)}}});

    EXPECT_EQ(run(updateCommand, Update, {"--wait"}), 0);
    EXPECT_THAT(out.str(), HasSubstr("1.1.0"));
}

TEST_F(Talk, IsContentWhenNothingIsNew)
{
    const ScriptedBaton baton(socket,
                              {{"status",
                                {status("serving", "before", "noupdate"), status("serving", "before", "noupdate"),
                                 status("serving", "after", "noupdate")}},
                               {"update", {"{\"accepted\":true}\n"}}});

    EXPECT_EQ(run(updateCommand, Update, {"--wait"}), 0);
    EXPECT_THAT(out.str(), HasSubstr("nothing is new"));
}

TEST_F(Talk, SaysThatTheCheckFailed)
{
    const ScriptedBaton baton(
        socket, {{"status", {status("serving", "before", "noupdate"), status("serving", "after", "failed: refused")}},
                 {"update", {"{\"accepted\":true}\n"}}});

    EXPECT_EQ(run(updateCommand, Update, {"--wait"}), 75);
    EXPECT_THAT(out.str(), HasSubstr("the check failed"));
}

TEST_F(Talk, PassesOnWhyBatonWillNotCheck)
{
    const ScriptedBaton baton(socket, {{"update", {"{\"error\":\"there is no --server\"}\n"}}});

    EXPECT_THROW(run(updateCommand, Update), UsageError);
}

TEST_F(Talk, SaysThatTheUpdateWaitsForAPerson)
{
    const ScriptedBaton baton(
        socket, {{"status",
                  {status("serving", "before", "noupdate"),
                   status("serving", "after", "deferred: 1.1.0 waits for approval: baton approve 1.1.0")}},
                 {"update", {"{\"accepted\":true}\n"}}});

    EXPECT_EQ(run(updateCommand, Update, {"--wait"}), 75);
    EXPECT_THAT(out.str(), HasSubstr("baton approve 1.1.0"));
}

TEST_F(Talk, DoesNotWaitForAnUpdateThatItselfWaits)
{
    control::Status held;
    held.state = "serving";
    held.lastCheck = "after";
    held.lastCheckResult = "update: 1.1.0 is still offered";
    held.attempt = control::AttemptStatus{"1.1.0", "waiting", 5, 5};
    held.waiting = control::WaitingStatus{"a person holds updates back", ""};
    const ScriptedBaton baton(socket, {{"status", {status("serving", "before", "noupdate"), print(held) + '\n'}},
                                       {"update", {"{\"accepted\":true}\n"}}});

    EXPECT_EQ(run(updateCommand, Update, {"--wait"}), 75);
    EXPECT_THAT(out.str(), HasSubstr("a person holds updates back"));
}

TEST_F(Talk, ApprovesHoldsAndResumes)
{
    const std::string yes = "{\"accepted\":true}\n";
    const ScriptedBaton baton(socket, {{"approve", {yes}},
                                       {"approve 1.1.0", {yes}},
                                       {"hold", {yes}},
                                       {"hold 2026-12-24T18:00:00Z", {yes}},
                                       {"hold 2026-12-24T00:00:00Z", {yes}},
                                       {"hold 1970-01-03T00:00:00Z", {yes}},
                                       {"resume", {yes}}});

    EXPECT_EQ(run(approveCommand, Approve), 0);
    EXPECT_EQ(run(approveCommand, Approve, {"1.1.0"}), 0);
    EXPECT_EQ(run(holdCommand, HoldBack), 0);
    EXPECT_EQ(run(holdCommand, HoldBack, {"--until", "2026-12-24T18:00:00Z"}), 0);
    EXPECT_EQ(run(holdCommand, HoldBack, {"--until", "2026-12-24"}), 0);
    EXPECT_EQ(run(holdCommand, HoldBack, {"--until", "2d"}), 0) << "two days from the terminal's time";
    EXPECT_THAT(out.str(), HasSubstr("until 1970-01-03T00:00:00Z"));
    out.str("");
    EXPECT_EQ(run(resumeCommand, Resume, {"--json"}), 0);
    EXPECT_EQ(out.str(), yes);
}

TEST_F(Talk, PassesOnWhyNothingWasApproved)
{
    const ScriptedBaton baton(socket, {{"approve", {"{\"error\":\"nothing waits for an approval\"}\n"}}});

    try {
        run(approveCommand, Approve);
        ADD_FAILURE() << "it was approved";
    } catch (const UsageError& error) {
        EXPECT_EQ(error.exitCode(), 75);
        EXPECT_THAT(error.what(), HasSubstr("nothing waits for an approval"));
    }
    EXPECT_THROW(run(approveCommand, Approve, {"a b"}), UsageError);
    EXPECT_THROW(run(approveCommand, Approve, {"1.0", "1.1"}), UsageError);
    EXPECT_THROW(run(holdCommand, HoldBack, {"--until", "0s"}), UsageError);
    EXPECT_THROW(run(holdCommand, HoldBack, {"--until", "tomorrow"}), UsageError);
}

} // namespace
} // namespace baton::assemble
