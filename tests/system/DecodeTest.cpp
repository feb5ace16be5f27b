// What `baton decode` costs when its input means harm: the real process, and what the kernel counted of it.
#include "client/os/Errors.h"
#include "client/os/UniqueFd.h"
#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

namespace baton::system {
namespace {

constexpr std::size_t Longest = std::size_t{512} * 1024;
constexpr long MostKibibytes = 16L * 1024;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool CountsShadowMemory = true;
#else
constexpr bool CountsShadowMemory = false;
#endif

std::string repeated(const std::string& before, const std::string& piece, const std::string& after = "")
{
    std::string text = before;
    while (text.size() + piece.size() + after.size() <= Longest) text += piece;
    return text + after;
}

std::string times(int count, const std::string& piece)
{
    std::string text;
    for (int i = 0; i < count; ++i) text += piece;
    return text;
}

struct Hostile {
    const char* name;
    const char* kind;
    std::string text;
    int exitCode;

    friend void PrintTo(const Hostile& document, std::ostream* out) { *out << document.kind; }
};

std::vector<Hostile> hostileDocuments()
{
    const std::string xml = "<response protocol=\"3.0\" ";
    const std::string json = R"({"response":{"protocol":"3.1",)";
    const std::string event = "<event eventtype=\"3\" url=\"" + std::string(480, 'x') + "\"/>";
    std::string apps;
    for (int i = 0; i < 256; ++i)
        apps += "<app appid=\"" + std::to_string(i) + R"(" status="ok" cohort=")" + std::string(1900, 'c') + "\"/>";
    return {
        {"depth", "response", repeated("", "{\"a\":"), 65},
        {"depthOfXml", "response", repeated("", "<a>"), 65},
        {"lists", "response", repeated(json + R"("app":[)", "{},"), 65},
        {"elements", "response", repeated("<response protocol=\"3.0\">", R"(<a b="" c=""/>)", "</response>"), 65},
        {"attributes", "response", repeated("<response ", "a=\"\" "), 65},
        {"oneTextInJson", "response", repeated(json + R"("server":")", "x", "\"}}"), 0},
        {"oneTextInXml", "response", repeated(xml + "server=\"", "x", "\"/>"), 0},
        {"escapes", "response", repeated(json + R"("server":")", "\\u0001", "\"}}"), 0},
        {"events", "request", "<request protocol=\"3.0\"><app appid=\"a\">" + times(990, event) + "</app></request>",
         0},
        {"apps", "response", xml + '>' + apps + "</response>", 0},
    };
}

struct Ended {
    int exitCode = -1;
    long peak = 0; ///< KiB resident, libraries and all
};

long peakOf(pid_t pid)
{
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
    return 0;
}

// Stopped by the kernel at the door, where its memory can still be read. wait4() would tell ours: it is what the
// process was before its exec. The leak sanitizer works by ptrace itself and fails a process that is traced.
Ended decode(const char* kind, int document)
{
    const pid_t child = ::fork();
    if (child == 0) {
        if (!CountsShadowMemory) ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        const int nowhere = ::open("/dev/null", O_WRONLY);
        ::dup2(document, STDIN_FILENO);
        ::dup2(nowhere, STDOUT_FILENO);
        ::dup2(nowhere, STDERR_FILENO);
        ::execl(BATON, "baton", "decode", kind, nullptr);
        ::_exit(127);
    }
    Ended ended;
    int status = 0;
    while (::waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        const bool leaves = status >> 8 == (SIGTRAP | (PTRACE_EVENT_EXIT << 8));
        if (leaves)
            ended.peak = peakOf(child);
        else if (WSTOPSIG(status) == SIGTRAP)
            ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACEEXIT);
        const long passedOn = leaves || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
        ::ptrace(PTRACE_CONT, child, nullptr, passedOn);
    }
    if (WIFEXITED(status)) ended.exitCode = WEXITSTATUS(status);
    return ended;
}

struct Decode : ::testing::TestWithParam<Hostile> {};

TEST_P(Decode, TakesNoMoreThan16MebibytesWhateverComes)
{
    testing::TemporaryDirectory directory;
    const auto file = directory.path() / "document";
    std::ofstream(file) << GetParam().text;
    const os::UniqueFd document(os::check(::open(file.c_str(), O_RDONLY | O_CLOEXEC), "open the document"));

    const auto ended = decode(GetParam().kind, document.get());

    EXPECT_EQ(ended.exitCode, GetParam().exitCode);
    if (CountsShadowMemory) GTEST_SKIP() << "a sanitizer's memory would be counted, too";
    ASSERT_GT(ended.peak, 0);
    EXPECT_LE(ended.peak, MostKibibytes);
}

INSTANTIATE_TEST_SUITE_P(hostile, Decode, ::testing::ValuesIn(hostileDocuments()),
                         [](const auto& document) { return std::string(document.param.name); });

} // namespace
} // namespace baton::system
