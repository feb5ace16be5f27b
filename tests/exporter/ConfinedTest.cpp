// The exporter's confinement, from inside: it answers, and what it has no use for is refused.
#include "client/exporter/Exporter.h"
#include "client/os/Files.h"
#include "client/os/Listening.h"
#include "client/os/SystemClock.h"
#include "tests/support/ForbiddenDeeds.h"
#include "tests/support/Loopback.h"

#include <sys/uio.h>

#include <array>

namespace baton::exporter {
namespace {

namespace fs = std::filesystem;
using testing::Deed;
using testing::ForbiddenToAll;
using testing::Ground;
using testing::hasSocket;
using testing::opens;

const std::array ForbiddenToAnExporter{
    Deed{"writesTheMetrics", [](const Ground& ground) { return opens(ground.own / "inside", O_WRONLY); }},
    Deed{"makesAFile", [](const Ground& ground) { return opens(ground.own / "new", O_WRONLY | O_CREAT); }},
    Deed{"readsTheState", [](const Ground& ground) { return opens(ground.others / "state.json", O_RDONLY); }},
    Deed{"readsADownload", [](const Ground& ground) { return opens(ground.others / "downloads/x", O_RDONLY); }},
    Deed{"listsTheState", [](const Ground& ground) { return opens(ground.others, O_RDONLY | O_DIRECTORY); }},
    Deed{"opensATcpSocket", [](const Ground&) { return hasSocket(AF_INET, SOCK_STREAM); }},
    Deed{"opensAUdpSocket", [](const Ground&) { return hasSocket(AF_INET6, SOCK_DGRAM); }},
    Deed{"opensAUnixSocket", [](const Ground&) { return hasSocket(AF_UNIX, SOCK_STREAM); }},
    Deed{"listens", [](const Ground&) { return ::listen(0, 1) == 0 || errno != ENOSYS; }},
    Deed{"connects", [](const Ground&) { return ::connect(0, nullptr, 0) == 0 || errno != ENOSYS; }},
    Deed{"makesAMemoryFile", [](const Ground&) { return ::memfd_create("x", 0) >= 0; }},
    Deed{"startsAThread",
         [](const Ground&) {
             return ::syscall(SYS_clone, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD, nullptr) >= 0 || errno != ENOSYS;
         }},
};

struct Confined : testing::ConfinedTest {
    Confined()
    {
        fs::create_directories(state / "metrics");
        fs::create_directories(state / "downloads");
        os::writeDurably(state / "state.json", "{}");
        os::writeDurably(state / "downloads/x", "x");
        os::writeDurably(file, "baton_serving 1\n");
    }

    fs::path state = directory.path() / "state";
    fs::path file = state / "metrics/inside";
};

TEST_F(Confined, RefusesWhatAnExporterNeverDoes)
{
    static_assert(ForbiddenToAll.size() + ForbiddenToAnExporter.size() >= 30);
    expectRefused([this] { confineTo(file); }, ForbiddenToAnExporter, file.parent_path(), state);
}

TEST_F(Confined, AnswersStillAndWithTheFileThatStandsThereNow)
{
    auto listener = os::listenOn(os::parseListenAddress("metrics=127.0.0.1:0"));
    const auto port = os::boundAddress(listener.get());
    const auto to = testing::loopback(static_cast<std::uint16_t>(std::stoi(port.substr(port.rfind(':') + 1))));
    const os::UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    const std::string asked = "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n";
    ASSERT_EQ(::send(client.get(), asked.data(), asked.size(), 0), static_cast<ssize_t>(asked.size()));
    os::replaceFile(file, "baton_serving 0\n", 0644);

    const auto code = testing::inside([this] { confineTo(file); },
                                      [&] {
                                          const os::SystemClock clock;
                                          loop::EventLoop loop(clock);
                                          const Exporter exporter(loop, std::move(listener), file);
                                          loop.turn(Duration(1'000));
                                          loop.turn(Duration(1'000));
                                          return 0;
                                      });

    EXPECT_EQ(code, 0);
    std::array<char, 1024> answer{};
    const auto length = ::recv(client.get(), answer.data(), answer.size(), 0);
    ASSERT_GT(length, 0);
    EXPECT_NE(std::string(answer.data(), static_cast<std::size_t>(length)).find("baton_serving 0\n"),
              std::string::npos);
}

} // namespace
} // namespace baton::exporter
