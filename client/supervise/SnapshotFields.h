// What each part of a snapshot is called in its text: one list for who writes, who reads and who counts descriptors.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/supervise/Snapshot.h"

namespace baton::supervise::snapshot {

/// `io(NAME, member)` is a member that every format has; `io.since(FORMAT, NAME, member)` came with that one, and keeps
/// its default where it is missing; `io.descriptor` and `io.pid` are numbers of that kind. A member is never renamed
/// and never given another meaning: the Baton before must be able to read it.
template <typename Io>
void fields(Io& io, os::ExitStatus& status)
{
    io("bySignal", status.bySignal);
    io("number", status.number);
}

template <typename Io>
void fields(Io& io, KeptPathState& path)
{
    io("path", path.path);
    io("device", path.device);
    io("inode", path.inode);
    io("mode", path.mode);
    io("whyNotKept", path.whyNotKept);
    io("removes", path.removes);
}

template <typename Io>
void fields(Io& io, CareState& care)
{
    io("backlog", care.backlog);
    io("mayBlock", care.mayBlock);
    io("lost", care.lost);
    io("removed", care.removed);
    io("path", care.path);
}

template <typename Io>
void fields(Io& io, ListenerState& listener)
{
    io("name", listener.name);
    io.descriptor("socket", listener.socket);
    io("address", listener.address);
    io("listens", listener.listens);
    io("borrowed", listener.borrowed);
    io("care", listener.care);
}

template <typename Io>
void fields(Io& io, HeirState& heir)
{
    io.pid("pid", heir.pid);
    io.descriptor("pidfd", heir.pidfd);
    io("lives", heir.lives);
    io("status", heir.status);
}

template <typename Io>
void fields(Io& io, ChannelState& channel)
{
    io.descriptor("socket", channel.socket);
    io("isOpen", channel.isOpen);
    io("obeys", channel.obeys);
    io("takes", channel.takes);
    io("connections", channel.connections);
}

template <typename Io>
void fields(Io& io, AccountState& account)
{
    io("status", account.status);
    io("notified", account.notified);
    io("cause", account.cause);
    io("error", account.error);
}

template <typename Io>
void fields(Io& io, ProgramWatchdogState& watchdog)
{
    io("interval", watchdog.interval);
    io("runs", watchdog.runs);
    io("due", watchdog.due);
}

template <typename Io>
void fields(Io& io, GenerationState& generation)
{
    io("number", generation.number);
    io("release", generation.release);
    io("executable", generation.executable);
    io("listeners", generation.listeners);
    io.descriptor("notifySocket", generation.notifySocket);
    io("channel", generation.channel);
    io.pid("pid", generation.pid);
    io.descriptor("pidfd", generation.pidfd);
    io("heir", generation.heir);
    io("started", generation.started);
    io("drainedSince", generation.drainedSince);
    io("saidReady", generation.saidReady);
    io("ready", generation.ready);
    io("standsBy", generation.standsBy);
    io("delay", generation.delay);
    io("healthFailures", generation.healthFailures);
    io("account", generation.account);
    io("watchdog", generation.watchdog);
    io("killedAt", generation.killedAt);
    io.since(2, "killed", generation.killed);
    io.since(2, "oomKills", generation.oomKills);
    io.since(2, "drainsUntil", generation.drainsUntil);
    io.since(2, "owesTerm", generation.owesTerm);
}

template <typename Io>
void fields(Io& io, StoredState& stored)
{
    io("name", stored.name);
    io.descriptor("descriptor", stored.descriptor);
    io("storedBy", stored.storedBy);
    io("polls", stored.polls);
    io("holders", stored.holders);
    io.since(2, "users", stored.users);
}

template <typename Io>
void fields(Io& io, OrphanState& orphan)
{
    io("number", orphan.number);
    io("killedAt", orphan.killedAt);
}

template <typename Io>
void fields(Io& io, HeldSignalState& signal)
{
    io("number", signal.number);
    io("value", signal.value);
    io("toGroup", signal.toGroup);
}

template <typename Io>
void fields(Io& io, AcceptGapState& gap)
{
    io("accepted", gap.accepted);
    io("since", gap.since);
    io("last", gap.last);
}

template <typename Io>
void fields(Io& io, HandoverState& handover)
{
    io("phase", handover.phase);
    io("deadline", handover.deadline);
    io("serving", handover.serving);
    io("candidate", handover.candidate);
    io("standingBy", handover.standingBy);
    io("draining", handover.draining);
    io("candidateKey", handover.candidateKey);
    io("pending", handover.pending);
    io("pendingIsRollback", handover.pendingIsRollback);
    io("candidateIsRollback", handover.candidateIsRollback);
    io("failure", handover.failure);
    io.since(2, "failureWay", handover.failureWay);
    io("faultIsOurs", handover.faultIsOurs);
    io.since(2, "faultOf", handover.faultOf);
    io.since(2, "passed", handover.passed);
    io.since(2, "isDecided", handover.isDecided);
    io.since(2, "gap", handover.gap);
    io("wasReady", handover.wasReady);
    io("started", handover.started);
    io("switchingNumber", handover.switchingNumber);
    io("previousTries", handover.previousTries);
    io("stopSignal", handover.stopSignal);
    io("exitCode", handover.exitCode);
    io("leaderNumber", handover.leaderNumber);
    io("watchesQueues", handover.watchesQueues);
    io("queuesEnd", handover.queuesEnd);
    io("again", handover.again);
    io("againAt", handover.againAt);
    io("stored", handover.stored);
    io.since(2, "held", handover.held);
    io.since(2, "foreground", handover.foreground);
    io.since(2, "leaving", handover.leaving);
}

template <typename Io>
void fields(Io& io, ProgramState& program)
{
    io("name", program.name);
    io("waits", program.waits);
    io("ledger", program.ledger);
    io("news", program.news);
    io("listeners", program.listeners);
    io("passed", program.passed);
    io("orphans", program.orphans);
    io("handover", program.handover);
    io("reloadChanged", program.reloadChanged);
    io("reloadRefused", program.reloadRefused);
    io("reloadError", program.reloadError);
    io("reloads", program.reloads);
    io("prepares", program.prepares);
    io("stagers", program.stagers);
    io("exitCode", program.exitCode);
    io.since(2, "offered", program.offered);
    io.since(2, "answered", program.answered);
    io.since(2, "begun", program.begun);
    io.since(2, "goesBack", program.goesBack);
    io.since(2, "isSetBack", program.isSetBack);
    io.since(2, "wanted", program.wanted);
}

template <typename Io>
void fields(Io& io, GroupMemberState& member)
{
    io("stand", member.stand);
    io("progress", member.progress);
    io("asked", member.asked);
    io("why", member.why);
}

template <typename Io>
void fields(Io& io, GroupSnapshot& group)
{
    io("name", group.name);
    io("phase", group.phase);
    io("waitIsOver", group.waitIsOver);
    io("failing", group.failing);
    io("waitsUntil", group.waitsUntil);
    io("members", group.members);
}

template <typename Io>
void fields(Io& io, ServiceManagerState& manager)
{
    io("saidReady", manager.saidReady);
    io("ready", manager.ready);
    io("ended", manager.ended);
    io("stopping", manager.stopping);
    io("texts", manager.texts);
}

template <typename Io>
void fields(Io& io, ControlClientState& client)
{
    io.descriptor("socket", client.socket);
    io("line", client.line);
    io("deadline", client.deadline);
}

template <typename Io>
void fields(Io& io, ExporterState& exporter)
{
    io.descriptor("socket", exporter.socket);
}

template <typename Io>
void fields(Io& io, Snapshot& snapshot)
{
    io("version", snapshot.version);
    io.descriptors("locks", snapshot.locks);
    io.descriptor("control", snapshot.control);
    io("clients", snapshot.clients);
    io.pids("helpers", snapshot.helpers);
    io("manager", snapshot.manager);
    io("stops", snapshot.stops);
    io("exitCode", snapshot.exitCode);
    io.since(2, "ownReleasePrepares", snapshot.ownReleasePrepares);
    io("programs", snapshot.programs);
    io.since(2, "groups", snapshot.groups);
    io.since(2, "exporter", snapshot.exporter);
}

} // namespace baton::supervise::snapshot
