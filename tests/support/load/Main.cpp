// baton-load: asks a server at a steady rate and counts what was not answered.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/load/Load.h"

#include <sys/resource.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

constexpr int ExitUsage = 64;
constexpr int ExitMachine = 71;

void raiseDescriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

baton::os::UniqueFd stopSignals()
{
    sigset_t stop;
    ::sigemptyset(&stop);
    ::sigaddset(&stop, SIGTERM);
    ::sigaddset(&stop, SIGINT);
    ::sigprocmask(SIG_BLOCK, &stop, nullptr);
    return baton::os::UniqueFd(::signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK));
}

int runLoad(const baton::load::Options& options)
{
    using namespace baton::load;
    raiseDescriptorLimit();
    const auto stop = stopSignals();
    Load load(options);
    if (options.timeline)
        load.onNewVersion = [](const std::string& version, Micros sinceStart, Mode mode) {
            std::printf("%8.3f s  first answer from %s (%s)\n", static_cast<double>(sinceStart.count()) / 1e6,
                        version.c_str(), mode == Mode::New ? "new connection" : "kept connection");
            std::fflush(stdout);
        };
    const auto report = load.run(stop.get());
    std::fputs((options.json ? printJson(report) : printText(report)).c_str(), stdout);
    return report.failed() == 0 && report.answered() > 0 ? 0 : 1;
}

} // namespace

int main(int count, char** arguments)
try {
    const std::vector<std::string_view> given(arguments + 1, arguments + count);
    if (std::find(given.begin(), given.end(), "--help") != given.end()) {
        std::fputs(std::string(baton::load::Usage).c_str(), stdout);
        return 0;
    }
    const auto options = baton::load::parseOptions(given);
    if (!options) {
        std::fprintf(stderr, "baton-load: %s\n", options.error().detail.c_str());
        return ExitUsage;
    }
    return runLoad(*options);
} catch (const std::exception& error) {
    std::fprintf(stderr, "baton-load: %s\n", error.what());
    return ExitMachine;
}
