#include "client/agent/Agent.h"

#include "client/agent/Confined.h"
#include "client/agent/Cycle.h"
#include "client/agent/Identity.h"
#include "client/agent/Policy.h"
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
    return {settings.server,  settings.appId,      settings.track,   std::move(machine),      bootId(),
            settings.dialect, settings.attributes, settings.cupKeys, settings.needsSignatures};
}

std::filesystem::path machineFile(const store::Store& store) { return machineFileIn(store.root()); }

// A person may ask before there is a state directory, or without the right to write there.
std::string machineIdFor(const Settings& settings)
try {
    return settings.stateDirectory.empty() ? randomHex(32)
                                           : machineId(machineFile(store::Store(settings.stateDirectory)));
} catch (const std::system_error&) {
    return randomHex(32);
}

/// What a person's check begins with. What cannot be read is as if it were not there: the supervisor says what is
/// damaged.
source::Question questionFor(const Settings& settings, const std::string& running)
{
    source::Question question{settings.fallbackVersion, randomGuid(), source::Asker::Person};
    question.others = questionsFor(settings.others, nullptr);
    try {
        const store::Store store(settings.stateDirectory);
        const auto state = settings.stateDirectory.empty() ? std::nullopt : store.loadState();
        if (state && state->current) {
            question.version = state->current->version;
            const auto release = store.loadRelease(*state->current);
            question.others = questionsFor(settings.others, release ? &*release : nullptr);
        }
        if (!settings.stateDirectory.empty()) question.remembered = readRemembered(store);
        for (std::size_t i = 0; state && i < settings.others.size(); ++i)
            question.others[i].remembered = readRemembered(store, settings.others[i].name);
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
    }
    if (!running.empty()) question.version = running;
    return question;
}

// Why it could not be told; empty: it was, or there was nothing to tell.
std::string giveBack(source::Source& source, const Result<source::Answer>& answer, source::Event event)
{
    const auto* const offer = answer ? std::get_if<source::Offer>(&*answer) : nullptr;
    if (offer == nullptr) return {};
    event.nextVersion = offer->version;
    event.pipelineId = offer->pipelineId;
    const auto sent = source.send(event, std::chrono::seconds(0));
    return sent.taken ? std::string() : sent.taken.error().detail;
}

} // namespace

std::filesystem::path machineFileIn(const std::filesystem::path& stateDirectory)
{
    return store::Store(stateDirectory).downloads() / "machine-id";
}

int run(const Settings& settings, Log& log, int channelFd)
try {
    const store::Store store(settings.stateDirectory);
    auto transport = transportFor(settings);
    const auto machine = settings.machineFile.empty() ? machineFile(store) : settings.machineFile;
    source::OmahaSource source(identityFor(settings, machineId(machine)), transport);
    const os::BootClock clock;
    schedule::SystemRandom random;
    SocketWire wire(channelFd);
    const NameFiles names;
    const auto account = madeReady(store, settings.topDirectory, settings.account, log);
    for (const auto& missing : confineTo(store, account, settings.readable))
        log.warning("confined less than it could be, without " + missing);
    Cycle(settings, {source, transport, store, clock, random, wire, log}).run([&names] {
        return names.haveBeenReplaced();
    });
    return EX_OK;
} catch (const std::exception& e) {
    log.error("the agent cannot work: " + escaped(e.what(), 400));
    return EX_IOERR;
}

Asked checkOnce(const Settings& settings, const std::string& running)
{
    constexpr int UpdateComplete = 3;
    auto transport = transportFor(settings);
    source::OmahaSource source(identityFor(settings, machineIdFor(settings)), transport);
    const auto question = questionFor(settings, running);
    const auto checked = source.check(question);
    const auto eventOf = [&](const std::string& version) {
        return source::Event{UpdateComplete, 0, code::DeferredByPolicy, version, version, {}, question.sessionId};
    };
    Asked asked{checked.answer, {}, giveBack(source, checked.answer, eventOf(question.version))};
    for (std::size_t i = 0; i < checked.others.size(); ++i) {
        auto event = eventOf(question.others[i].version);
        event.appId = question.others[i].id;
        const auto why = giveBack(source, checked.others[i].answer, std::move(event));
        if (asked.notGivenBack.empty()) asked.notGivenBack = why;
        asked.others.push_back({settings.others[i].name, settings.others[i].id, checked.others[i].answer});
    }
    return asked;
}

} // namespace baton::agent
