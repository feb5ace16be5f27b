// What `baton decode` costs when its input means harm: the real process, and what the kernel counted of it.
#include "client/os/Errors.h"
#include "client/os/UniqueFd.h"
#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
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

template <typename Piece>
std::string each(int count, Piece piece)
{
    std::string text;
    for (int i = 0; i < count; ++i) text += piece(i);
    return text;
}

std::string times(int count, const std::string& piece)
{
    return each(count, [&](int) { return piece; });
}

std::string list(int count, const std::string& piece) { return piece + times(count - 1, ',' + piece); }

// As many attributes as are taken, each kept under its own name.
std::string manyExtras(int count)
{
    const std::string name(24, 'n');
    return each(count, [&](int i) { return " _" + name + std::to_string(i) + "=\"" + name + '"'; });
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
    const auto apps = each(256, [](int i) {
        return "<app appid=\"" + std::to_string(i) + R"(" status="ok" cohort=")" + std::string(1900, 'c') + "\"/>";
    });
    const auto extras =
        each(250, [](int i) { return "<app appid=\"" + std::to_string(i) + '"' + manyExtras(31) + "/>"; });
    const std::string pipeline = R"({"response":{"protocol":"4.0","apps":[{"appid":"a","updatecheck":{"status":"ok",)"
                                 R"("nextversion":"1.0.0","pipelines":[{"operations":[)";
    const auto download = R"({"type":"download","size":1,"out":{"sha256":")" + std::string(64, 'a') +
                          R"("},"urls":[{"url":"http://h/)" + std::string(1490, 'u') + "\"}]}";
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
        {"extras", "request", "<request protocol=\"3.0\">" + extras.substr(0, extras.rfind("<app")) + "</request>", 0},
        {"quotesToEscape", "response", repeated(xml + "server='", "\"", "'/>"), 0},
        {"backslashesToEscape", "response", repeated(xml + "server=\"", "\\", "\"/>"), 0},
        {"entities", "response", repeated(xml + "server=\"", "&lt;", "\"/>"), 0},
        {"textOfManyBytes", "response", repeated(json + R"("server":")", "\xC3\xA9", "\"}}"), 0},
        {"oneNumber", "response", repeated(json + R"("server":1)", "0", "}}"), 65},
        {"oneName", "response", repeated(json + '"', "n", "\":1}}"), 0},
        {"eventsInJson", "request",
         R"({"request":{"protocol":"3.1","app":[{"appid":"a","event":[)" +
             list(980, R"({"eventtype":3,"url":")" + std::string(490, 'x') + "\"}") + "]}]}}",
         0},
        {"downloadsInJson4", "response", pipeline + list(320, download) + "]}]}}]}}", 0},
        {"ownList", "response", repeated(json + R"("_x":[0)", ",0", "]}}"), 0},
        {"ownTexts", "response", repeated(json + R"("_x":[0)", R"(,"\u0001")", "]}}"), 0},
        {"ownLists", "response", repeated(json + R"("_x":[[])", ",[]", "]}}"), 0},
        {"ownText", "response", repeated(json + R"("_x":[")", "\xC3\xA9", "\"]}}"), 0},
        {"ownObjects", "response", repeated(json + R"("_x":[{})", ",{}", "]}}"), 65},
        {"comment", "response", repeated(xml + "><!--", "x", "--></response>"), 0},
        {"tooLong", "response", std::string(Longest + 1, '<'), 65},
        {"muchTooLong", "response", std::string(64 * Longest, '{'), 65},
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

// Stopped by the kernel at each system call, so that its last one and the exec of one program by another are among
// them. wait4() would tell our own memory: a peak begins at that of the parent. The leak sanitizer works by ptrace
// itself and fails a process that is traced.
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
        ended.peak = std::max(ended.peak, peakOf(child));
        const long passedOn = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
        ::ptrace(PTRACE_SYSCALL, child, nullptr, passedOn);
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
