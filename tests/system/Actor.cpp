// Interprets a release of a test: a file that begins with #!baton-actor and says, line by line, what the program does.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Sockets.h"
#include "client/program/Inherited.h"
#include "client/program/Notify.h"
#include "tests/system/Kept.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// The words:
//   ready             says READY=1
//   notify TEXT       says TEXT on NOTIFY_SOCKET, "|" for a new line; waits until it went
//   notify-as N TEXT  the same where generation N speaks
//   sleep MS
//   exit N            kill N           ends, by itself or by signal N
//   say TEXT          writes a line to stdout
//   show NAME         writes NAME=VALUE of the environment, or "no NAME"
//   daemon            goes on in a grandchild, in a session of its own, as the first process ends with 0
//   daemon-main       the same, and the first process says MAINPID= of it
//   child             starts a child that waits for signals, and writes "child PID"
//   run COMMAND       has a shell run it
//   orphan MS         leaves a process behind, which ends by itself after so long
//   read              reads a line of stdin and writes "VERSION read LINE"
//   records           writes "VERSION:RECORD" for each 16 bytes of stdin, until SIGTERM or its end; then goes on
//   flooder           starts a child that does so without end
//   hoard MB          takes so much memory, and uses it
//   flood N           says N things on NOTIFY_SOCKET without waiting: in turn a status, 64 KiB of nonsense, and three
//                     descriptors that nobody asked for
//   copy              copies stdin to stdout until its end
//   on N say TEXT     from here on, signal N makes it write the line
//   on N exit M       from here on, signal N ends it
//   check N           ends with N if it was started with --check, for a try-out
//   serve             answers each connection and each datagram on its listeners with its version, until SIGTERM; then
//                     goes on. Says that it is alive where there is a watchdog
//   health N          what serve answers on its probe listener, named probe: HTTP status N; 0: nothing at all
//   unwell-while FILE it answers 503 there as long as there is that file
//   pace MS           serve works so long at each connection that it takes, and takes no other meanwhile
//   wait              for signals, without end
//   await FIFO        waits until somebody opens it for writing
//   harm WHAT         what a program should not do to its first listener, which others have too: listen (a backlog of
//   2),
//                     blocking (clears O_NONBLOCK), shutdown, unlink (its unix path), close
//   after MS exit N   ends so much later, whatever it does then; after MS kill N does so by signal N, and after MS
//                     harm WHAT does that
//   if FILE WORD …    does the rest of the line if there is that file; unless FILE WORD …, if there is none
//   status N          what serve answers to everybody: HTTP status N; 0: it accepts, and nothing more
//   complain TEXT     writes a line to stderr
//   leak N            opens so many descriptors and forgets them
//   spin              keeps a core busy from here on
//   fill FILE         writes into that file until the disk is full
//   child-ready       a child of it says READY=1, and ends a while later
//   keep NAME TEXT, keep-anew NAME TEXT, show-kept NAME, takes-kept, await-kept NAME, stands-by, await-order: see
//   Kept.h

namespace {

struct Reaction {
    std::string text;
    int exitCode = -1;
};

constexpr int HighestSignal = 64;

std::array<Reaction, HighestSignal + 1> reactions;
constexpr int FirstListener = 3;
volatile std::sig_atomic_t told = 0;

extern "C" void react(int number)
{
    const auto& reaction = reactions.at(static_cast<std::size_t>(number));
    // Where nobody takes it, it is lost.
    if (!reaction.text.empty()) [[maybe_unused]]
        const auto written = ::write(STDOUT_FILENO, reaction.text.data(), reaction.text.size());
    if (reaction.exitCode >= 0) ::_exit(reaction.exitCode);
}

extern "C" void remember(int) { told = 1; }

void on(int number, void (*handler)(int))
{
    struct sigaction action {};
    action.sa_handler = handler;
    ::sigaction(number, &action, nullptr); // No SA_RESTART: poll and pause return.
}

void say(const std::string& socket, std::string text)
{
    std::replace(text.begin(), text.end(), '|', '\n');
    baton::os::notify(socket, text, std::chrono::seconds(20));
}

std::string notifySocket()
{
    const char* socket = std::getenv("NOTIFY_SOCKET");
    return socket != nullptr ? socket : "";
}

void notifyAs(std::istringstream& line)
{
    std::string number;
    std::string text;
    std::getline(line >> number >> std::ws, text);
    const auto own = notifySocket();
    say(own.substr(0, own.rfind('-') + 1) + number + ".sock", text);
}

int health = 200;
int status = 200;    // of what everybody asks for
std::string illness; // a file
std::chrono::milliseconds pace(0);

std::string version()
{
    const char* release = std::getenv("BATON_RELEASE");
    return std::string(release != nullptr ? release : "none") + '\n';
}

// The words that came come back behind the version.
void answerDatagram(int socket)
{
    std::array<char, 4096> words{};
    sockaddr_storage from{};
    socklen_t length = sizeof from;
    const auto size =
        ::recvfrom(socket, words.data(), words.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &length);
    if (size < 0) return;
    const auto reply = version() + std::string(words.data(), static_cast<std::size_t>(size));
    ::sendto(socket, reply.data(), reply.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&from), length);
}

// Who was accepted, and has not asked yet.
struct Guest {
    int socket;
    int code; // of the answer; 0: there will be none
};
std::vector<Guest> guests;

void admit(int listener, int code)
{
    const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) return;
    guests.push_back({client, code});
    std::this_thread::sleep_for(pace);
}

int healthNow() { return !illness.empty() && ::access(illness.c_str(), F_OK) == 0 ? 503 : health; }

// Whether it has gone.
bool answer(const Guest& guest)
{
    std::array<char, 4096> request{};
    const auto length = ::recv(guest.socket, request.data(), request.size(), MSG_DONTWAIT);
    if (length < 0 && (errno == EINTR || errno == EAGAIN)) return false;
    if (length > 0 && guest.code == 0) return false;
    const auto body = version();
    const auto reply = "HTTP/1.1 " + std::to_string(guest.code) +
                       " OK\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    if (length > 0) ::send(guest.socket, reply.data(), reply.size(), MSG_NOSIGNAL);
    ::close(guest.socket);
    return true;
}

bool isSocket(int descriptor)
{
    struct stat about {};
    return ::fstat(descriptor, &about) == 0 && S_ISSOCK(about.st_mode);
}

bool isDatagram(int socket)
{
    int type = 0;
    socklen_t length = sizeof type;
    return ::getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_DGRAM;
}

// Listeners first; -1 where nothing more is to be accepted.
struct Doors {
    std::vector<int> listeners;
    int probe = -1;
};

Doors openDoors()
{
    const char* count = std::getenv("LISTEN_FDS");
    const char* names = std::getenv("LISTEN_FDNAMES");
    Doors doors;
    for (int i = 0; i < (count != nullptr ? std::atoi(count) : 1); ++i)
        if (isSocket(FirstListener + i)) doors.listeners.push_back(FirstListener + i); // Else a memfd that was kept.
    if (names == nullptr || !std::string(names).ends_with(":probe")) return doors;
    doors.probe = doors.listeners.back();
    if (health == 0) doors.listeners.pop_back();
    return doors;
}

void serveOnce(const Doors& doors)
{
    std::vector<pollfd> all;
    for (const int listener : doors.listeners) all.push_back({told == 0 ? listener : -1, POLLIN, 0});
    for (const auto& guest : guests) all.push_back({guest.socket, POLLIN, 0});
    if (::poll(all.data(), all.size(), 20) < 1) return;
    std::vector<Guest> staying;
    for (std::size_t i = 0; i < guests.size(); ++i)
        if (all[doors.listeners.size() + i].revents == 0 || !answer(guests[i])) staying.push_back(guests[i]);
    guests = staying;
    for (std::size_t i = 0; i < doors.listeners.size(); ++i) {
        if ((all[i].revents & POLLIN) == 0) continue;
        const int listener = all[i].fd;
        if (isDatagram(listener))
            answerDatagram(listener);
        else
            admit(listener, listener == doors.probe ? healthNow() : status);
    }
}

// Told to end: whoever was accepted is answered still, if he asks within this time.
void serve()
{
    constexpr auto Patience = std::chrono::seconds(3);
    on(SIGTERM, remember);
    const auto doors = openDoors();
    while (told == 0) {
        if (std::getenv("WATCHDOG_USEC") != nullptr) baton::notify("WATCHDOG=1");
        serveOnce(doors);
    }
    const auto end = std::chrono::steady_clock::now() + Patience;
    while (!guests.empty() && std::chrono::steady_clock::now() < end) serveOnce(doors);
}

// Byte by byte: what is behind the line is for whoever reads next.
void readLine()
{
    std::string line;
    char letter = 0;
    for (;;) {
        const auto count = ::read(STDIN_FILENO, &letter, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count != 1 || letter == '\n') break;
        line += letter;
    }
    auto release = version();
    release.pop_back();
    std::cout << release + " read " + line << std::endl;
}

void copyRecords()
{
    on(SIGTERM, remember);
    auto release = version();
    release.back() = ':';
    std::array<char, 16> record{};
    while (told == 0) {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, 20) < 1) continue;
        // Another generation may have been faster: it is asked for without waiting.
        ::fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
        const auto count = ::read(STDIN_FILENO, record.data(), record.size());
        if (count == 0) return;
        if (count < 0) continue;
        const auto line = release + std::string(record.data(), static_cast<std::size_t>(count)) + '\n';
        if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) return;
    }
}

void sendDescriptors(int socket, const sockaddr_un& address)
{
    char text[] = "STATUS=with descriptors";
    iovec bytes{text, sizeof text - 1};
    const std::array<int, 3> descriptors{0, 1, 2};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptors)> control{};
    msghdr message{};
    message.msg_name = const_cast<sockaddr_un*>(&address);
    message.msg_namelen = sizeof address;
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    auto* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptors);
    std::copy_n(reinterpret_cast<const char*>(descriptors.data()), sizeof descriptors,
                reinterpret_cast<char*>(CMSG_DATA(header)));
    ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void flood(int count)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = notifySocket();
    std::copy_n(path.c_str(), std::min(path.size(), sizeof address.sun_path - 1), address.sun_path);
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const std::string word = "STATUS=flood";
    const std::string nonsense(64 * 1024, 'x');
    for (int i = 0; i < count; ++i) {
        if (i % 3 == 2) {
            sendDescriptors(socket, address);
            continue;
        }
        const auto& text = i % 3 == 0 ? word : nonsense;
        ::sendto(socket, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    ::close(socket);
}

// Its parent ends at once: it is whoever adopts orphans that has to look at its end.
void leaveOrphan(int milliseconds)
{
    const auto between = ::fork();
    if (between == 0) {
        if (::fork() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
        ::_exit(0);
    }
    ::waitpid(between, nullptr, 0);
}

void hoard(int megabytes)
{
    static std::vector<std::string> hoarded;
    for (int i = 0; i < megabytes; ++i) hoarded.emplace_back(std::size_t{1} << 20U, 'x');
}

void reactTo(std::istringstream& line)
{
    std::size_t number = 0;
    std::string what;
    line >> number >> what;
    auto& reaction = reactions.at(number);
    if (what == "exit") line >> reaction.exitCode;
    if (what == "say") {
        std::getline(line >> std::ws, reaction.text);
        reaction.text += '\n';
    }
    on(static_cast<int>(number), react);
}

// Without the leak sanitizer's last look, which takes its time.
void end(int code)
{
    std::cout.flush();
    ::_exit(code);
}

void harm(const std::string& what)
{
    if (what == "listen") ::listen(FirstListener, 2);
    if (what == "blocking") ::fcntl(FirstListener, F_SETFL, ::fcntl(FirstListener, F_GETFL) & ~O_NONBLOCK);
    if (what == "shutdown") ::shutdown(FirstListener, SHUT_RDWR);
    if (what == "close") ::close(FirstListener);
    if (what != "unlink") return;
    sockaddr_un name{};
    socklen_t length = sizeof name;
    ::getsockname(FirstListener, reinterpret_cast<sockaddr*>(&name), &length);
    ::unlink(name.sun_path);
}

void show(const std::string& name)
{
    const char* value = std::getenv(name.c_str());
    std::cout << (value != nullptr ? name + '=' + value : "no " + name) << std::endl;
}

void startChild()
{
    const auto pid = ::fork();
    if (pid == 0)
        for (;;) ::pause();
    std::cout << "child " << pid << std::endl;
}

// Forks twice, as daemons do; the first process ends when the last one is there.
void becomeDaemon(bool tells)
{
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) end(70);
    if (::fork() != 0) {
        pid_t heir = 0;
        if (::read(ends[0], &heir, sizeof heir) != sizeof heir) end(70);
        if (tells) say(notifySocket(), "MAINPID=" + std::to_string(heir));
        end(0);
    }
    ::setsid();
    if (::fork() != 0) ::_exit(0);
    const pid_t self = ::getpid();
    if (::write(ends[1], &self, sizeof self) != sizeof self) end(70);
    ::close(ends[0]);
    ::close(ends[1]);
}

// In a thread of its own, whatever the program does then.
void later(std::istringstream& line)
{
    int milliseconds = 0;
    std::string word;
    std::string what;
    line >> milliseconds >> word >> what;
    std::thread([=] {
        std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
        if (word == "exit") ::_exit(std::stoi(what));
        if (word == "kill") ::kill(::getpid(), std::stoi(what));
        if (word == "harm") harm(what);
    }).detach();
}

void leak(int count)
{
    for (int i = 0; i < count; ++i) ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void spin()
{
    static std::atomic<unsigned> turns = 0;
    std::thread([] {
        for (;;) ++turns;
    }).detach();
}

void fill(const std::string& file)
{
    const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    const std::string block(65'536, 'x');
    while (out >= 0 && ::write(out, block.data(), block.size()) > 0) {
    }
    ::close(out);
}

void sayReadyByAChild()
{
    const auto pid = ::fork();
    if (pid != 0) return;
    baton::notifyReady();
    ::sleep(10); // Whose it was can be told only while it lives.
    ::_exit(0);
}

using Line = std::istringstream;

std::string wordOf(Line& line)
{
    std::string word;
    line >> word;
    return word;
}

std::string restOf(Line& line)
{
    std::string text;
    std::getline(line >> std::ws, text);
    return text;
}

int numberOf(Line& line)
{
    int number = 0;
    line >> number;
    return number;
}

void perform(const std::string& text);

void performIf(Line& line, bool isThere)
{
    const auto file = wordOf(line);
    if ((::access(file.c_str(), F_OK) == 0) == isThere) perform(restOf(line));
}

void runCommand(Line& line)
{
    if (std::system(restOf(line).c_str()) != 0) end(70);
}

void startFlooder()
{
    if (::fork() != 0) return;
    for (;;) flood(1000);
}

void waitForSignals()
{
    for (;;) ::pause();
}

bool isCheck = false;

struct Word {
    std::string_view text;
    void (*perform)(Line& line);
};

constexpr std::array Words{
    Word{"after", later},
    Word{"await", [](Line& line) { std::ifstream(wordOf(line)).get(); }},
    Word{"stands-by", [](Line&) { baton::system::standBy(); }},
    Word{"await-order", [](Line&) { baton::system::awaitOrder(); }},
    Word{"await-kept", [](Line& line) { baton::system::awaitKept(wordOf(line)); }},
    Word{"check",
         [](Line& line) {
             if (isCheck) end(numberOf(line));
         }},
    Word{"child", [](Line&) { startChild(); }},
    Word{"child-ready", [](Line&) { sayReadyByAChild(); }},
    Word{"complain", [](Line& line) { std::cerr << restOf(line) << std::endl; }},
    Word{"copy", [](Line&) { std::cout << std::cin.rdbuf() << std::flush; }},
    Word{"daemon", [](Line&) { becomeDaemon(false); }},
    Word{"daemon-main", [](Line&) { becomeDaemon(true); }},
    Word{"exit", [](Line& line) { end(numberOf(line)); }},
    Word{"fill", [](Line& line) { fill(wordOf(line)); }},
    Word{"flood", [](Line& line) { flood(numberOf(line)); }},
    Word{"flooder", [](Line&) { startFlooder(); }},
    Word{"harm", [](Line& line) { harm(wordOf(line)); }},
    Word{"health", [](Line& line) { health = numberOf(line); }},
    Word{"hoard", [](Line& line) { hoard(numberOf(line)); }},
    Word{"if", [](Line& line) { performIf(line, true); }},
    Word{"keep",
         [](Line& line) {
             const auto name = wordOf(line);
             baton::system::keep(name, restOf(line));
         }},
    Word{"keep-anew",
         [](Line& line) {
             const auto name = wordOf(line);
             baton::system::keepAnew(name, restOf(line));
         }},
    Word{"kill", [](Line& line) { ::kill(::getpid(), numberOf(line)); }},
    Word{"leak", [](Line& line) { leak(numberOf(line)); }},
    Word{"notify", [](Line& line) { say(notifySocket(), restOf(line)); }},
    Word{"notify-as", notifyAs},
    Word{"on", reactTo},
    Word{"orphan", [](Line& line) { leaveOrphan(numberOf(line)); }},
    Word{"pace", [](Line& line) { pace = std::chrono::milliseconds(numberOf(line)); }},
    Word{"read", [](Line&) { readLine(); }},
    Word{"ready", [](Line&) { baton::notifyReady(); }},
    Word{"records", [](Line&) { copyRecords(); }},
    Word{"run", runCommand},
    Word{"say", [](Line& line) { std::cout << restOf(line) << std::endl; }},
    Word{"serve", [](Line&) { serve(); }},
    Word{"show", [](Line& line) { show(wordOf(line)); }},
    Word{"show-kept", [](Line& line) { baton::system::showKept(wordOf(line)); }},
    Word{"sleep", [](Line& line) { std::this_thread::sleep_for(std::chrono::milliseconds(numberOf(line))); }},
    Word{"spin", [](Line&) { spin(); }},
    Word{"status", [](Line& line) { status = numberOf(line); }},
    Word{"takes-kept", [](Line&) { baton::system::takeKept(); }},
    Word{"unless", [](Line& line) { performIf(line, false); }},
    Word{"unwell-while", [](Line& line) { illness = wordOf(line); }},
    Word{"wait", [](Line&) { waitForSignals(); }},
};

void perform(const std::string& text)
{
    Line line(text);
    const auto first = wordOf(line);
    const auto found = std::find_if(Words.begin(), Words.end(), [&](const Word& word) { return word.text == first; });
    if (found != Words.end()) found->perform(line);
}

} // namespace

int main(int count, char** words)
{
    const std::vector<std::string> arguments(words, words + count);
    if (arguments.size() < 2) return 64;
    std::ifstream script(arguments[1]);
    isCheck = arguments.size() > 2 && arguments[2] == "--check";
    std::vector<std::string> lines;
    for (std::string line; std::getline(script, line);)
        if (!line.empty() && line[0] != '#') lines.push_back(line);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        // Who says that it is ready can be told to end.
        if (lines[i] == "ready" && i + 1 < lines.size() && lines[i + 1] == "serve") on(SIGTERM, remember);
        perform(lines[i]);
    }
    return 0;
}
