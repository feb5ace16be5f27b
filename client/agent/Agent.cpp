#include "client/agent/Agent.h"

#include "client/agent/Cycle.h"
#include "client/agent/Identity.h"
#include "client/agent/RememberedFile.h"
#include "client/core/RandomText.h"
#include "client/core/Text.h"
#include "client/os/SystemClock.h"
#include "client/source/OmahaSource.h"
#include "client/transport/PocoTransport.h"

#include <sysexits.h>

#include <csignal>
#include <system_error>

namespace baton::agent {
namespace {

// OpenSSL writes to a connection that the other side has closed as to any other.
transport::PocoTransport transportFor(const Settings& settings)
{
    std::signal(SIGPIPE, SIG_IGN);
    return transport::PocoTransport(settings.network);
}

source::Identity identityFor(const Settings& settings, std::string machine)
{
    return {settings.server, settings.appId,   settings.track,      std::move(machine),
            bootId(),        settings.dialect, settings.attributes, settings.cupKeys};
}

std::filesystem::path machineFile(const store::Store& store) { return store.downloads() / "machine-id"; }

// A person may ask before there is a state directory, or without the right to write there.
std::string machineIdFor(const Settings& settings)
try {
    return settings.stateDirectory.empty() ? randomHex(32)
                                           : machineId(machineFile(store::Store(settings.stateDirectory)));
} catch (const std::system_error&) {
    return randomHex(32);
}

// Without it the server would take this machine for a new one.
source::Remembered rememberedFor(const Settings& settings)
try {
    return settings.stateDirectory.empty() ? source::Remembered()
                                           : readRemembered(store::Store(settings.stateDirectory));
} catch (const std::exception&) {
    return {};
}

std::string runningVersion(const Settings& settings)
try {
    if (settings.stateDirectory.empty()) return settings.fallbackVersion;
    const auto state = store::Store(settings.stateDirectory).loadState();
    return state && state->current ? state->current->version : settings.fallbackVersion;
} catch (const std::exception&) {
    return settings.fallbackVersion; // `baton check` asks all the same; the supervisor says what is damaged.
}

} // namespace

int run(const Settings& settings, Log& log, int channelFd)
try {
    const store::Store store(settings.stateDirectory);
    auto transport = transportFor(settings);
    source::OmahaSource source(identityFor(settings, machineId(machineFile(store))), transport);
    const os::BootClock clock;
    schedule::SystemRandom random;
    SocketWire wire(channelFd);
    Cycle(settings, {source, transport, store, clock, random, wire, log}).run();
    return EX_OK;
} catch (const std::exception& e) {
    log.error("the agent cannot work: " + escaped(e.what(), 400));
    return EX_IOERR;
}

Result<source::Answer> checkOnce(const Settings& settings, const std::string& running)
{
    auto transport = transportFor(settings);
    source::OmahaSource source(identityFor(settings, machineIdFor(settings)), transport);
    const auto version = running.empty() ? runningVersion(settings) : running;
    const auto session = randomGuid();
    auto checked = source.check({version, session, source::Asker::Person, rememberedFor(settings)});
    if (!checked.answer) return checked.answer;
    if (const auto* offer = std::get_if<source::Offer>(&*checked.answer)) {
        constexpr int UpdateComplete = 3;
        // Not delivered, it is no harm to the answer: the server offers the same again.
        (void)source.send({UpdateComplete, 0, code::DeferredByPolicy, version, version, offer->version, session},
                          std::chrono::seconds(0));
    }
    return checked.answer;
}

} // namespace baton::agent
