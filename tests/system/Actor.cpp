// Interprets a release of a test: a file that begins with #!baton-actor and says, line by line, what the program does.
// SPDX-License-Identifier: Apache-2.0
#include "client/program/Inherited.h"
#include "client/program/Notify.h"

#include <sys/socket.h>

#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

// The words:
//   ready             says READY=1
//   sleep MS
//   exit N            kill N           ends, by itself or by signal N
//   say TEXT          writes a line to stdout
//   show NAME         writes NAME=VALUE of the environment, or "no NAME"
//   child             starts a child that waits for signals, and writes "child PID"
//   copy              copies stdin to stdout until its end
//   on N say TEXT     from here on, signal N makes it write the line
//   on N exit M       from here on, signal N ends it
//   check N           ends with N if it was started with --check, for a try-out
//   serve             answers each connection on its first listener with its version, until SIGTERM; then goes on
//   wait              for signals, without end

namespace {

struct Reaction {
    std::string text;
    int exitCode = -1;
};

constexpr int HighestSignal = 64;

std::array<Reaction, HighestSignal + 1> reactions;
volatile std::sig_atomic_t told = 0;

extern "C" void react(int number)
{
    const auto& reaction = reactions.at(static_cast<std::size_t>(number));
    if (!reaction.text.empty() && ::write(STDOUT_FILENO, reaction.text.data(), reaction.text.size()) < 0) ::_exit(70);
    if (reaction.exitCode >= 0) ::_exit(reaction.exitCode);
}

extern "C" void remember(int) { told = 1; }

void on(int number, void (*handler)(int))
{
    struct sigaction action {};
    action.sa_handler = handler;
    ::sigaction(number, &action, nullptr); // No SA_RESTART: poll and pause return.
}

void answer(int listener)
{
    const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    std::array<char, 4096> request{};
    const auto length = ::recv(client, request.data(), request.size(), 0);
    const char* release = std::getenv("BATON_RELEASE");
    const std::string body = std::string(release != nullptr ? release : "none") + '\n';
    const auto reply =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    if (length > 0) ::send(client, reply.data(), reply.size(), MSG_NOSIGNAL);
    ::close(client);
}

void serve()
{
    on(SIGTERM, remember);
    constexpr int FirstListener = 3;
    while (told == 0) {
        pollfd one{FirstListener, POLLIN, 0};
        if (::poll(&one, 1, 20) == 1) answer(FirstListener);
    }
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

void perform(const std::string& text, bool isCheck)
{
    std::istringstream line(text);
    std::string word;
    int number = 0;
    line >> word;
    if (word == "on") return reactTo(line);
    if (word == "say") {
        std::getline(line >> std::ws, word);
        std::cout << word << std::endl;
        return;
    }
    if (word == "show") {
        line >> word;
        return show(word);
    }
    if (word == "child") return startChild();
    line >> number;
    if (word == "ready") baton::notifyReady();
    if (word == "sleep") std::this_thread::sleep_for(std::chrono::milliseconds(number));
    if (word == "exit" || (word == "check" && isCheck)) end(number);
    if (word == "kill") ::kill(::getpid(), number);
    if (word == "copy") std::cout << std::cin.rdbuf() << std::flush;
    if (word == "serve") serve();
    while (word == "wait") ::pause();
}

} // namespace

int main(int count, char** words)
{
    const std::vector<std::string> arguments(words, words + count);
    if (arguments.size() < 2) return 64;
    std::ifstream script(arguments[1]);
    const bool isCheck = arguments.size() > 2 && arguments[2] == "--check";
    for (std::string line; std::getline(script, line);)
        if (!line.empty() && line[0] != '#') perform(line, isCheck);
    return 0;
}
