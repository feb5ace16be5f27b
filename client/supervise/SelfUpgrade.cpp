#include "client/supervise/SelfUpgrade.h"

#include "client/core/Duration.h"
#include "client/core/ProductVersion.h"
#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/os/Passing.h"
#include "client/os/SealedFile.h"
#include "client/supervise/Environment.h"
#include "client/supervise/Roles.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

namespace baton::supervise {
namespace {

constexpr std::size_t LongestAnswer = 1000;
constexpr std::size_t LongestCommandLine = std::size_t{4} * 1024 * 1024;
constexpr std::array<std::string_view, 5> OurVariables{
    "BATON_ROLE=", "BATON_SNAPSHOT=", "BATON_HANDED=", "BATON_ORIGIN=", "BATON_REFUSAL="};

using Json = nlohmann::ordered_json;

std::string answerOf(const Json& answer) { return answer.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n'; }

std::string assignment(const char* name, int descriptor)
{
    return std::string(name) + '=' + std::to_string(descriptor);
}

std::vector<std::string> ownEnvironment()
{
    std::vector<std::string> kept;
    for (const char* const* entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        if (std::none_of(OurVariables.begin(), OurVariables.end(), [&](auto name) { return text.starts_with(name); }))
            kept.emplace_back(text);
    }
    return kept;
}

// What ps shows stays what was typed.
std::vector<std::string> ownArguments()
{
    std::vector<std::string> words;
    const auto line = os::readWhole("/proc/self/cmdline", LongestCommandLine).value_or("");
    for (const auto word : split(line, '\0')) words.emplace_back(word);
    if (!words.empty() && words.back().empty()) words.pop_back();
    return words;
}

std::vector<char*> pointersTo(std::vector<std::string>& texts)
{
    std::vector<char*> pointers;
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

// The name of a process is that of the file that it executed; programs know a Baton above them by it.
std::filesystem::path underOurName(const SupervisorSettings& settings, const std::filesystem::path& executable)
{
    if (!settings.isOneExecutable) return executable;
    const auto directory = settings.stateDirectory / OwnStore;
    os::makeDirectory(directory);
    os::pointDurably(directory / "baton-supervisor", executable);
    return directory / "baton-supervisor";
}

// Fails, or does not return.
int executeWith(const std::filesystem::path& executable, const std::vector<int>& passed,
                std::vector<std::string> environment)
{
    auto arguments = ownArguments();
    const auto words = pointersTo(arguments);
    const auto variables = pointersTo(environment);
    const os::Passing passing(passed);
    ::execve(executable.c_str(), words.data(), variables.data());
    return errno;
}

std::string whyNot(const JobResult& result)
{
    const std::string_view said = result.output;
    const auto line = said.substr(0, said.find('\n'));
    if (line.starts_with(TryRefused)) return escaped(line.substr(std::string_view(TryRefused).size()), LongestAnswer);
    if (!result.status) return "it did not end";
    return "it ended with " + os::describe(*result.status) + " and did not say that it can; is it a Baton?";
}

} // namespace

SelfUpgrade::SelfUpgrade(loop::EventLoop& loop, Log& log, const SupervisorSettings& settings,
                         std::function<Snapshot()> snapshot)
    : loop_(loop),
      log_(log),
      settings_(settings),
      snapshot_(std::move(snapshot))
{
}

std::string SelfUpgrade::begin(const std::filesystem::path& executable, Refused refused)
try {
    if (isBusy()) return "another Baton is being tried out already";
    if (!executable.is_absolute()) return "there is no executable of a whole path";
    start(executable);
    refused_ = std::move(refused);
    return {};
} catch (const std::exception& error) {
    return std::string("its try-out could not be started: ") + error.what();
}

std::string SelfUpgrade::answer(const std::string& whyNot)
{
    return whyNot.empty() ? answerOf({{"accepted", true}}) : answerOf({{"error", whyNot}});
}

void SelfUpgrade::start(const std::filesystem::path& executable)
{
    const auto snapshot = os::sealedFile("baton-snapshot", print(snapshot_()));
    os::SpawnOptions options;
    options.executable = executable;
    options.arguments = {executable};
    options.environment = roleEnvironment(environ);
    options.environment.push_back(std::string("BATON_ROLE=") + TryRole);
    options.environment.push_back(assignment(SnapshotVariable, FirstPassedToRole - 1));
    options.environment.push_back(assignment(HandedVariable, FirstPassedToRole));
    options.standardInput = devNull();
    options.passed = {snapshot.get(), settings_.settingsFd};
    executable_ = executable;
    job_ = std::make_unique<Job>(loop_, options, LongestTry, LongestAnswer,
                                 [this](const JobResult& result) { judge(result); });
}

void SelfUpgrade::settle(const std::string& from, const std::string& refusal)
{
    const std::string version(productVersion());
    last_ = {from, version, settings_.executable, refusal};
    if (refusal.empty())
        log_.info("Baton " + version + " has taken over from " + from);
    else
        log_.error("Baton " + version + " goes on: the next one gave it back: " + escaped(refusal, LongestAnswer));
}

void SelfUpgrade::judge(const JobResult& result)
{
    job_.reset();
    const std::string_view said = result.output;
    const std::string_view fine = TryFine;
    if (result.status != os::ExitStatus{} || !said.starts_with(fine))
        return fail("its try-out failed: " +
                    (result.status ? whyNot(result) : "it did not end within " + printDuration(LongestTry)));
    const auto line = said.substr(fine.size(), said.find('\n') - fine.size());
    version_ = escaped(line, LongestAnswer);
    soon_ = loop_.after(Duration(0), [this] { execute(); }); // From the loop alone: nothing is half done then.
}

void SelfUpgrade::execute()
try {
    if (loop_.isStopped()) return fail("this Baton ends");
    const auto state = snapshot_();
    const auto snapshot = os::sealedFile("baton-snapshot", print(state));
    const auto origin = os::open("/proc/self/exe", O_RDONLY);
    auto passed = descriptorsOf(state);
    passed.insert(passed.end(), {snapshot.get(), origin.get(), settings_.settingsFd});
    if (settings_.reportFd >= 0) passed.push_back(settings_.reportFd);
    auto environment = ownEnvironment();
    environment.push_back(std::string("BATON_ROLE=") + TakeOverRole);
    environment.push_back(assignment(SnapshotVariable, snapshot.get()));
    environment.push_back(assignment(HandedVariable, settings_.settingsFd));
    environment.push_back(assignment(OriginVariable, origin.get()));
    log_.info("Baton " + version_ + " takes over from " + std::string(productVersion()) + ": " + executable_.string());
    const int error = executeWith(underOurName(settings_, executable_), passed, std::move(environment));
    fail("it could not be executed: " + os::describe(error));
} catch (const std::exception& error) {
    fail(error.what());
}

void SelfUpgrade::fail(const std::string& why)
{
    last_ = {std::string(productVersion()), version_, executable_, why};
    log_.error("Baton " + std::string(productVersion()) + " goes on, and " + executable_.string() +
               " does not take over: " + why);
    version_.clear();
    if (const auto refused = std::exchange(refused_, nullptr)) refused(why);
}

std::string SelfUpgrade::result() const
{
    if (isBusy()) return answerOf({{"pending", true}});
    if (!last_.error.empty()) return answerOf({{"error", last_.error}});
    if (last_.from.empty()) return answerOf({{"error", "this Baton has not taken over from another one"}});
    return answerOf({{"accepted", true}, {"from", last_.from}, {"to", last_.to}, {"executable", last_.executable}});
}

} // namespace baton::supervise
