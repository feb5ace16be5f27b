#include "client/supervise/Orphans.h"

#include "client/os/Listening.h"
#include "client/os/ProcessTable.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <thread>

namespace baton::supervise {
namespace {

constexpr int FirstDescriptor = 3;
constexpr int LastDescriptor = 255; // Where a program that took LISTEN_FDS keeps them.

std::string nameOf(const store::GenerationRecord& record)
{
    return record.key.version + " (generation " + std::to_string(record.number) + ")";
}

// A kill is quick, and not done when it is said: who still has a listener would keep the next one from having it.
void awaitEnd(const os::KnownCgroup& cgroup)
{
    constexpr int Rounds = 500;
    for (int i = 0; i < Rounds && os::isPopulated(cgroup); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

// One more socket of a name belongs to its group: whatever the configuration says now, none of them is closed.
bool isWanted(const os::ListenAddress& address, int socket, const ListenerSet& listeners)
{
    if (!os::isBoundTo(socket, address)) return false;
    const auto& all = listeners.all();
    const auto held =
        std::find_if(all.begin(), all.end(), [&](const auto& each) { return each->name == address.name; });
    if (held == all.end()) return true;
    return (*held)->borrowed && os::boundAddress((*held)->socket.get()) == os::boundAddress(socket);
}

} // namespace

Orphans::Orphans(loop::EventLoop& loop, Log& log, const std::vector<store::GenerationRecord>& records,
                 std::function<void(int)> gone, Known known)
    : loop_(loop),
      log_(log),
      gone_(std::move(gone)),
      ended_(loop)
{
    for (const auto& record : records) {
        auto pidfd = os::openProcess(record.pid, record.startTicks, record.bootId);
        if (!pidfd) {
            endRest(record);
            continue;
        }
        orphans_.push_back({record, std::move(*pidfd), {}, Ending(loop_)});
        const auto orphan = std::prev(orphans_.end());
        orphan->watch = loop_.whenReadable(orphan->pidfd.get(), [this, orphan] { remove(orphan); });
        if (known == Known::Yes) continue;
        log_.warning("found " + record.key.version + " (generation " + std::to_string(record.number) + ", pid " +
                     std::to_string(record.pid) + ") of a Baton that was killed");
    }
}

// Its main process is gone; what that started may live on, and nothing but its cgroup tells.
void Orphans::endRest(const store::GenerationRecord& record)
{
    const auto& cgroup = record.cgroup;
    if (!cgroup || record.bootId != os::bootId() || !os::isPopulated(*cgroup)) return; // Ids are those of one boot.
    log_.warning(nameOf(record) + " of a Baton that was killed has ended, and what it left in its cgroup is killed");
    ended_.add(*cgroup);
    awaitEnd(*cgroup);
}

bool Orphans::has(int number) const
{
    return std::any_of(orphans_.begin(), orphans_.end(),
                       [number](const auto& orphan) { return orphan.record.number == number; });
}

void Orphans::borrowListeners(const std::vector<os::ListenAddress>& addresses, ListenerSet& listeners) const
{
    std::set<std::uint64_t> known;
    for (const auto& listener : listeners.all()) known.insert(os::identityOf(listener->socket.get()));
    for (const auto& orphan : orphans_) {
        for (int fd = FirstDescriptor; fd <= LastDescriptor; ++fd) {
            auto borrowed = os::borrowDescriptor(orphan.pidfd.get(), fd);
            if (!borrowed || !os::kindOf(borrowed->get())) continue;
            const auto identity = os::identityOf(borrowed->get());
            if (known.count(identity) != 0) continue;
            const auto address = std::find_if(addresses.begin(), addresses.end(), [&](const auto& each) {
                return isWanted(each, borrowed->get(), listeners);
            });
            if (address == addresses.end()) continue;
            known.insert(identity);
            listeners.addBorrowed(*address, std::move(*borrowed));
        }
    }
}

void Orphans::end(int signal, Duration patience)
{
    for (auto& orphan : orphans_) {
        if (orphan.ending.begun()) continue;
        log_.info(nameOf(orphan.record) + " told to drain");
        const auto* found = &orphan;
        orphan.ending.begin([&] { os::signalProcess(found->pidfd.get(), {signal}); }, patience,
                            [found] { kill(*found); });
    }
}

void Orphans::kill(const Orphan& orphan)
{
    // The pidfd proves that the leader lives, so its group's number is still its own.
    os::signalProcess(orphan.pidfd.get(), {0});
    ::kill(-orphan.record.pid, SIGKILL);
    os::signalProcess(orphan.pidfd.get(), {SIGKILL});
    if (orphan.record.cgroup) os::killCgroup(*orphan.record.cgroup);
}

std::vector<OrphanState> Orphans::save() const
{
    std::vector<OrphanState> states;
    for (const auto& orphan : orphans_) states.push_back({orphan.record.number, orphan.ending.due()});
    return states;
}

void Orphans::restore(const std::vector<OrphanState>& states)
{
    for (const auto& state : states)
        for (auto& orphan : orphans_)
            if (const auto* found = &orphan; orphan.record.number == state.number && state.killedAt)
                orphan.ending.resume(*state.killedAt, [found] { kill(*found); });
}

void Orphans::remove(std::list<Orphan>::iterator orphan)
{
    const auto record = orphan->record;
    log_.info(nameOf(record) + " has ended");
    if (record.cgroup) ended_.add(*record.cgroup);
    orphans_.erase(orphan);
    gone_(record.number);
}

} // namespace baton::supervise
