#include "tests/system/Kept.h"

#include "client/core/Text.h"
#include "client/os/UniqueFd.h"
#include "client/program/Channel.h"
#include "client/program/Descriptors.h"

#include <sys/mman.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <utility>

namespace baton::system {
namespace {

std::map<std::string, os::UniqueFd> kept;

// From LISTEN_FDS; the descriptor there stays as it is.
os::UniqueFd startedWith(const std::string& name)
{
    constexpr int FirstPassed = 3;
    const char* const names = std::getenv("LISTEN_FDNAMES");
    int fd = FirstPassed;
    for (const auto each : split(names != nullptr ? names : "", ':')) {
        if (each == name) return os::UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
        ++fd;
    }
    return os::UniqueFd();
}

os::UniqueFd& found(const std::string& name)
{
    auto& memory = kept[name];
    if (!memory) memory = startedWith(name);
    return memory;
}

// At its end, wherever that is by then: others write into it too.
void write(const os::UniqueFd& memory, const std::string& text)
{
    const auto line = text + '\n';
    if (::fcntl(memory.get(), F_SETFL, O_APPEND) != 0 ||
        ::write(memory.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        std::abort();
}

// From its beginning, whoever has read it before: all share one position.
std::string read(const os::UniqueFd& memory)
{
    std::array<char, 4096> block{};
    std::string text;
    for (ssize_t length = 0;; text.append(block.data(), static_cast<std::size_t>(length))) {
        length = ::pread(memory.get(), block.data(), block.size(), static_cast<off_t>(text.size()));
        if (length <= 0) return text;
    }
}

std::optional<Channel>& channel()
{
    static auto ours = Channel::fromEnvironment();
    if (!ours) std::abort();
    return ours;
}

void create(os::UniqueFd& memory, const std::string& name)
{
    memory = os::UniqueFd(::memfd_create(name.c_str(), MFD_CLOEXEC));
}

} // namespace

void keep(const std::string& name, const std::string& text)
{
    auto& memory = found(name);
    if (!memory) create(memory, name);
    write(memory, text);
    if (!store(name, memory.get())) std::abort();
}

void keepAnew(const std::string& name, const std::string& text)
{
    auto& memory = kept[name];
    create(memory, name);
    write(memory, text);
    if (!unstore(name) || !store(name, memory.get())) std::abort();
}

void showKept(const std::string& name)
{
    const char* const release = std::getenv("BATON_RELEASE");
    const auto& memory = found(name);
    const auto text = memory ? read(memory) : std::string();
    std::string lines;
    for (const auto line : split(text, '\n'))
        if (!line.empty()) lines += (lines.empty() ? "" : ", ") + std::string(line);
    std::cout << (release != nullptr ? release : "none")
              << (memory ? " keeps " + name + ": " + lines : " keeps no " + name) << std::endl;
}

void takeKept()
{
    if (!channel()->sayTakesDescriptors()) std::abort();
}

void awaitKept(const std::string& name)
{
    for (pollfd one{channel()->fd(), POLLIN, 0}; ::poll(&one, 1, -1) > 0 && !channel()->closed();) {
        while (channel()->next()) {
        }
        while (auto stored = channel()->takeDescriptor()) {
            if (stored->name != name) continue;
            kept[name] = std::move(stored->socket);
            return;
        }
    }
}

void standBy()
{
    if (!channel()->sayStandsBy()) std::abort();
}

void awaitOrder()
{
    for (pollfd one{channel()->fd(), POLLIN, 0}; ::poll(&one, 1, -1) > 0 && !channel()->closed();)
        if (channel()->next()) return;
}

} // namespace baton::system
