#include "client/program/Notify.h"

#include "client/os/Sockets.h"

#include <chrono>
#include <cstdlib>

namespace baton {
namespace {

// A lost line of status is soon followed by another one; a lost READY=1 is a failed release.
constexpr std::chrono::milliseconds NoPatience(0);
constexpr std::chrono::milliseconds PatienceForReady(5000);

bool send(std::string_view message, std::chrono::milliseconds patience) noexcept
try {
    const char* socket = std::getenv("NOTIFY_SOCKET");
    return socket != nullptr && os::notify(socket, message, patience);
} catch (const std::exception&) { // no memory for the path
    return false;
}

} // namespace

bool notify(std::string_view message) noexcept { return send(message, NoPatience); }

bool notifyReady() noexcept { return send("READY=1", PatienceForReady); }

} // namespace baton
