#include "tests/system/Several.h"

#include "client/control/Client.h"

#include <iostream>
#include <system_error>
#include <utility>

namespace baton::system {

Several::Several() = default;

void Several::run(const std::vector<Section>& sections, const std::string& forAll)
{
    std::string text = "state-dir = " + state.string() + "\nserver = " + server->url() +
                       "/v1/update/\ninterval = 1h\njitter = 0s\nprobation = 100ms\ndrain-timeout = 10s\n" + forAll;
    programs_.clear();
    for (const auto& section : sections) {
        programs_.push_back(section.program);
        publish(section.program, "1.0.0", section.first); // So the server knows it, and has nothing new.
        text += "\n[program " + section.program + "]\ncommand = '" + section.first.string() +
                "'\napp-version = 1.0.0\napp-id = " + section.program + '\n';
        if (section.listen != "none")
            text += "listen = web=" + (section.listen.empty() ? "127.0.0.1:0" : section.listen) + '\n';
        text += section.more;
    }
    scratch.write("shop.ini", text);
    runAgain();
}

void Several::runAgain()
{
    baton.reset();
    Command command{BATON, {"baton", "run", "--config", config.string()}};
    command.passed = passed;
    command.environment = environment;
    baton.emplace(within ? within(command) : command, scratch / ("several-" + std::to_string(++runs_) + ".log"));
}

::testing::AssertionResult Several::serve(const std::vector<Section>& sections, const std::string& forAll)
{
    run(sections, forAll);
    for (const auto& program : programs_) {
        if (auto said = baton->says(program + ": 1.0.0 serves"); !said) return said;
        if (!eventually([&] { return !of(program).lastCheck.empty(); }))
            return ::testing::AssertionFailure() << "there was no first check of " << program;
    }
    return ::testing::AssertionSuccess();
}

std::string Several::say(const std::string& line) const { return control::ask(state / "control.sock", line); }

control::Status Several::of(const std::string& program) const
try {
    return control::parseStatus(say("program " + program + " status"));
} catch (const std::runtime_error&) { // It does not answer yet, or no more.
    return {};
}

bool Several::isServing(const std::string& program, const std::string& version) const
{
    const auto now = of(program);
    return now.state == "serving" && now.release && now.release->version == version;
}

::testing::AssertionResult Several::comesToServe(const std::string& program, const std::string& version)
{
    if (eventually([&] { return isServing(program, version) && answerOf(program).find(version) != std::string::npos; }))
        return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << program << " does not serve " << version << ", its status is "
                                         << print(of(program)) << " and its log\n"
                                         << baton->said();
}

std::string Several::address(const std::string& program) const
{
    return baton->word("baton: " + program + ": listening on web=");
}

std::string Several::answerOf(const std::string& program)
{
    web = address(program);
    return ask();
}

std::vector<std::string> Several::historyOf(const std::string& program) const
{
    std::vector<std::string> lines;
    for (const auto& line : store::Store(stateOf(program)).history())
        lines.push_back(std::string(name(line.outcome)) + ' ' + line.key.version);
    return lines;
}

void Several::publish(const std::string& program, const std::string& version, const fs::path& payload)
{
    server->publish(program, version, payload, {"", payload.filename().string()});
}

int Several::command(std::vector<std::string> words, std::string& printed)
{
    words.insert(words.begin(), "baton");
    words.insert(words.end(), {"--state-dir", state.string()});
    Running process({BATON, std::move(words)}, scratch / ("command-" + std::to_string(++commands_) + ".log"));
    const int code = process.end();
    printed = process.said();
    return code;
}

} // namespace baton::system
