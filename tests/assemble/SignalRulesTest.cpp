#include "client/assemble/SignalRules.h"

#include "client/assemble/UsageError.h"
#include "client/assemble/Values.h"

#include <gmock/gmock.h>

#include <csignal>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace baton::assemble {
namespace {

using supervise::SignalAction;
using supervise::SignalRule;
using ::testing::HasSubstr;

TEST(SignalRules, AreReadAsTheyAreWritten)
{
    EXPECT_EQ(parseSignalRule("SIGHUP=reload"), (SignalRule{SIGHUP, SignalAction::Command, 0, "reload"}));
    EXPECT_EQ(parseSignalRule("USR2=update"), (SignalRule{SIGUSR2, SignalAction::Command, 0, "update"}));
    EXPECT_EQ(parseSignalRule("USR2=upgrade"), (SignalRule{SIGUSR2, SignalAction::Command, 0, "upgrade"}));
    EXPECT_EQ(parseSignalRule("HUP=forward"), (SignalRule{SIGHUP, SignalAction::Forward, SIGHUP}));
    EXPECT_EQ(parseSignalRule("WINCH=ignore"), (SignalRule{SIGWINCH, SignalAction::Ignore, 0}));
    EXPECT_EQ(parseSignalRule("INT=forward"), (SignalRule{SIGINT, SignalAction::Forward, SIGINT}));
    EXPECT_EQ(parseSignalRule("TERM=QUIT"), (SignalRule{SIGTERM, SignalAction::Stop, SIGQUIT}));
    EXPECT_EQ(parseSignalRule("USR1=SIGHUP"), (SignalRule{SIGUSR1, SignalAction::Forward, SIGHUP}));
    EXPECT_EQ(parseSignalRule("PWR=stop"), (SignalRule{SIGPWR, SignalAction::Stop, SIGTERM}));
    EXPECT_EQ(parseSignalRule("RTMIN+3=restart"), (SignalRule{SIGRTMIN + 3, SignalAction::Command, 0, "restart"}));
}

TEST(SignalRules, RefuseWhatCannotBeMeantAndSayWhy)
{
    const std::vector<std::pair<std::string, std::string>> cases{
        {"SIGHUP", "it is not SIGNAL=ACTION"},
        {"=reload", "there is no signal"},
        {"HUPP=reload", "there is no signal HUPP"},
        {"KILL=ignore", "SIGKILL is the kernel's or Baton's own"},
        {"CHLD=forward", "SIGCHLD is the kernel's or Baton's own"},
        {"TERM=ignore", "SIGTERM ends Baton"},
        {"TERM=forward", "SIGTERM ends Baton"},
        {"HUP=relaod", "did you mean reload?"},
        {"HUP=", "is neither a signal nor one of forward, stop, ignore, reload, update, restart, rollback, upgrade"},
        {"HUP=KILL", "SIGKILL is none that a program could do something about"},
        {"HUP=KILL9", "is neither a signal nor one of"},
    };
    for (const auto& [text, says] : cases) try {
            parseSignalRule(text);
            ADD_FAILURE() << text;
        } catch (const std::invalid_argument& error) {
            EXPECT_THAT(error.what(), HasSubstr(says)) << text;
        }
}

TEST(SignalRules, RefuseWhatContradictsOrWouldDoNothing)
{
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
        {{"HUP=reload", "SIGHUP=forward"}, "--on-signal is said twice for SIGHUP"},
        {{"HUP=reload"}, "without --config: there would be nothing to reload"},
        {{"USR2=update"}, "without --server: there would be nothing to update"},
    };
    for (const auto& [texts, says] : cases) {
        Values values;
        std::vector<Value> said;
        for (const auto& text : texts) said.push_back({text, "--on-signal"});
        values.set("on-signal", said);
        if (texts.size() > 1) values.set("config", {{"web.properties", "--config"}});
        try {
            signalRulesOf(values);
            ADD_FAILURE() << texts.front();
        } catch (const UsageError& error) {
            EXPECT_THAT(error.what(), HasSubstr(says));
        }
    }
}

} // namespace
} // namespace baton::assemble
