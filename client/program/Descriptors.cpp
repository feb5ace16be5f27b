#include "client/program/Descriptors.h"

#include "client/core/Text.h"
#include "client/os/Sockets.h"

#include <chrono>
#include <cstdlib>
#include <exception>
#include <string>

namespace baton {
namespace {

constexpr std::chrono::milliseconds Patience(5000);

bool send(const std::string& message, std::span<const int> descriptors)
{
    const char* socket = std::getenv("NOTIFY_SOCKET");
    return socket != nullptr && os::notify(socket, message, Patience, descriptors);
}

} // namespace

bool store(std::string_view name, std::span<const int> descriptors) noexcept
try {
    if (!isDescriptorName(name) || descriptors.empty()) return false;
    return send("FDSTORE=1\nFDNAME=" + std::string(name), descriptors);
} catch (const std::exception&) { // no memory
    return false;
}

bool store(std::string_view name, int descriptor) noexcept { return store(name, {&descriptor, 1}); }

bool unstore(std::string_view name) noexcept
try {
    return isDescriptorName(name) && send("FDSTOREREMOVE=1\nFDNAME=" + std::string(name), {});
} catch (const std::exception&) {
    return false;
}

} // namespace baton
