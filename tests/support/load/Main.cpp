// baton-load: asks a server at a steady rate and counts what was not answered.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Errors.h"
#include "tests/support/load/Load.h"

#include <sys/resource.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
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

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

File openEach(const std::string& path)
{
    File file(path.empty() ? nullptr : std::fopen(path.c_str(), "we"));
    if (!path.empty() && !file) baton::os::fail("open " + path);
    return file;
}

void writeEach(std::FILE* file, const baton::load::Ended& ended)
{
    using namespace baton::load;
    const auto micros = [](Moment moment) {
        return static_cast<long long>(std::chrono::duration_cast<Micros>(moment.time_since_epoch()).count());
    };
    std::fprintf(file, "%lld %lld %s %s %s\n", micros(ended.asked.due), micros(ended.at),
                 ended.asked.mode == Mode::New ? "new" : "kept",
                 ended.trouble ? TroubleNames[static_cast<std::size_t>(*ended.trouble)] : "answered",
                 ended.version.c_str());
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
    const auto each = openEach(options.each);
    if (each) load.onEnd = [file = each.get()](const Ended& ended) { writeEach(file, ended); };
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
