#include "client/assemble/CommandLine.h"
#include "client/assemble/ConfigFile.h"
#include "client/assemble/UsageError.h"
#include "client/core/Duration.h"
#include "client/core/Text.h"
#include "client/os/Files.h"
#include "client/service/BatonRoles.h"
#include "client/service/OwnArguments.h"
#include "client/service/Role.h"
#include "client/service/SelfUpdatingApplication.h"
#include "client/service/Start.h"
#include "client/service/TryOut.h"

#include <Poco/Exception.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace baton::service {
namespace {

using assemble::UsageError;
namespace exitcode = assemble::exitcode;

// What a plain server takes of Baton's options; the rest needs --server.
constexpr std::array<std::string_view, 7> Plainly{"listen",    "app-version", "drain-timeout", "log-format",
                                                  "log-level", "config",      "define"};

std::optional<std::string> variable(const char* name)
{
    const char* text = std::getenv(name);
    return text == nullptr ? std::nullopt : std::make_optional<std::string>(text);
}

bool wantsHelp(const OwnArguments& arguments)
{
    const auto& words = arguments.program;
    const auto end = std::find(words.begin(), words.end(), "--");
    return std::any_of(words.begin(), end, [](const auto& word) { return word == "--help" || word == "-h"; });
}

void refuseWhatNeedsAServer(const assemble::Values& values)
{
    for (const auto& [name, said] : values.held())
        if (said.front().origin != "default" && std::find(Plainly.begin(), Plainly.end(), name) == Plainly.end())
            throw UsageError(escaped(said.front().origin) +
                             " without --server: nothing would be updated; say --server URL, or leave it out");
}

// The supervisor says how long it will wait; without one it is the option's, or its default.
Duration drainTime(const assemble::Values& values)
{
    const auto told = parseDuration(variable("BATON_DRAIN_TIME").value_or(""));
    return told ? *told : values.duration("drain-timeout");
}

// Poco looks a name without a slash up in PATH, and gives up if there is no PATH.
std::string nameForPoco(const std::string& typed)
{
    const bool found = typed.find('/') != std::string::npos || std::getenv("PATH") != nullptr;
    return found ? typed : std::filesystem::read_symlink("/proc/self/exe").string();
}

int serve(const OwnArguments& arguments, const assemble::Values& values, const std::string& name,
          int (*runProgram)(int, char**))
{
    blockOrderSignals(); // Before any thread.
    Generation::Parts parts;
    parts.release = RunningRelease::fromEnvironment();
    if (parts.release.version.empty()) parts.release.version = values.text("app-version");
    parts.inherited = Inherited::fromEnvironment();
    parts.channel = Channel::fromEnvironment();
    parts.drainTime = drainTime(values);
    for (const auto& text : values.all("listen")) parts.addresses.push_back(os::parseListenAddress(text));
    start() = &parts;

    std::vector<std::string> words{nameForPoco(name)};
    words.insert(words.end(), arguments.program.begin(), arguments.program.end());
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return runProgram(static_cast<int>(words.size()), pointers.data());
}

Role roleOf(bool hasServer)
{
    Situation situation;
    situation.tryOut = variable("BATON_TRYOUT");
    situation.role = variable("BATON_ROLE");
    situation.hasGeneration = variable("BATON_GENERATION").has_value();
    situation.parentIsBaton = parentIsBaton();
    situation.hasServer = hasServer;
    return chooseRole(situation);
}

int playRole(const std::vector<std::string>& typed, int (*runProgram)(int, char**))
{
    if (typed.empty()) throw UsageError("this program was started without its own name as argv[0]");
    const auto early = roleOf(false); // What the command line cannot change comes before it is read.
    if (early == Role::TryOut) return answerTryOut(*variable("BATON_TRYOUT"));
    if (early != Role::Program && early != Role::Plain) return playBehindTheScenes(typed);

    const auto arguments = partArguments({typed.begin() + 1, typed.end()});
    const bool isProgram = early == Role::Program; // Its environment holds no option any more.
    const auto resolved =
        assemble::resolve(assemble::Run, arguments.baton, isProgram ? nullptr : ::environ, assemble::readConfigFile);
    const auto role = roleOf(resolved.values.has("server"));
    if (role == Role::Supervisor && !wantsHelp(arguments)) return supervise(resolved, arguments.program);
    if (role == Role::Plain) refuseWhatNeedsAServer(resolved.values);
    return serve(arguments, resolved.values, typed.front(), runProgram);
}

int complain(const std::string& why, int exitCode)
{
    std::fprintf(stderr, "baton: %s\n", why.c_str());
    return exitCode;
}

} // namespace

int play(int count, char** words, int (*runProgram)(int count, char** words)) noexcept
try {
    os::openStandardStreams();
    return playRole({words, words + count}, runProgram);
} catch (const UsageError& error) {
    return complain(error.what(), error.exitCode());
} catch (const Poco::Exception& error) {
    return complain(error.displayText(), exitcode::Software);
} catch (const std::exception& error) {
    return complain(error.what(), exitcode::Software);
}

} // namespace baton::service
