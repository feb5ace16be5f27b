#include "client/supervise/TakeOver.h"

#include "client/os/ListenAddress.h"
#include "client/os/ProcessTable.h"
#include "client/store/Release.h"
#include "client/store/State.h"
#include "client/supervise/HandoverKeys.h"

#include <fcntl.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace baton::supervise {
namespace {

std::vector<const GenerationState*> generationsOf(const HandoverState& handover)
{
    std::vector<const GenerationState*> found;
    for (const auto* one : {&handover.serving, &handover.candidate, &handover.standingBy})
        if (*one) found.push_back(&**one);
    for (const auto& one : handover.draining) found.push_back(&one);
    return found;
}

void checkParts(const ProgramState& program)
{
    store::parseState(program.ledger);
    for (const auto& listener : program.listeners)
        if (!listener.address.empty()) os::parseListenAddress(listener.address);
    if (program.wanted)
        for (const auto& address : *program.wanted) os::parseListenAddress(address);
    keyFromText(program.handover.candidateKey);
    keyFromText(program.handover.pending);
    keyFromText(program.offered);
    for (const auto* generation : generationsOf(program.handover)) store::parseRelease(generation->release);
}

} // namespace

void checkParts(const Snapshot& snapshot)
{
    if (snapshot.programs.empty()) throw std::runtime_error("the running Baton has no program");
    for (const auto& program : snapshot.programs) checkParts(program);
}

void checkDescriptors(const Snapshot& snapshot)
{
    for (const int descriptor : descriptorsOf(snapshot))
        if (::fcntl(descriptor, F_GETFD) < 0)
            throw std::runtime_error("descriptor " + std::to_string(descriptor) + " was not handed over");
    for (const auto& program : snapshot.programs)
        for (const auto* generation : generationsOf(program.handover))
            if (os::pidOf(generation->pidfd) != generation->pid)
                throw std::runtime_error("descriptor " + std::to_string(generation->pidfd) + " is none of process " +
                                         std::to_string(generation->pid));
}

} // namespace baton::supervise
