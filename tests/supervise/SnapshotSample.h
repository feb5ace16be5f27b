// A snapshot in which every member says something.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/supervise/Snapshot.h"

namespace baton::supervise::testing {

inline Instant at(std::int64_t milliseconds) { return Instant(Duration(milliseconds)); }

inline GenerationState fullGeneration(int number, int descriptor)
{
    GenerationState generation;
    generation.number = number;
    generation.release = "{\"version\":\"1.0.0\"}";
    generation.executable = "/srv/releases/1.0.0/server";
    generation.listeners = {0, 1};
    generation.notifySocket = descriptor;
    generation.channel = {descriptor + 1, true, true, true, 12};
    generation.pid = 4000 + number;
    generation.pidfd = descriptor + 2;
    generation.heir = HeirState{5000 + number, descriptor + 3, false, os::ExitStatus{true, 9}};
    generation.started = at(1000);
    generation.drainedSince = at(2000);
    generation.saidReady = generation.ready = generation.standsBy = true;
    generation.delay = at(3000);
    generation.healthFailures = 1;
    generation.account = {"12 guests", "ready", "missed its watchdog of 2s", 13};
    generation.watchdog = {Duration(2000), true, at(4000)};
    generation.killedAt = at(5000);
    generation.owesTerm = true;
    generation.killed = true;
    generation.oomKills = 2;
    generation.drainsUntil = at(6000);
    return generation;
}

inline Snapshot fullSnapshot()
{
    ListenerState web{"web", 20, "web=127.0.0.1:8000", true, false, CareState{4096, true, false, false, {}}};
    ListenerState admin{"admin", 21, "admin=unix:/run/a", false, true, CareState{1, false, true, true, {}}};
    admin.care->path = KeptPathState{"/run/a", 65024, 18446744073709551615U, 0660, "EPERM", true};

    ProgramState program;
    program.name = "web";
    program.waits = true;
    program.ledger = "{}";
    program.news = "{\"state\":\"serving\"}";
    program.listeners = {web, admin};
    program.passed = {1, 0};
    program.orphans = {{7, at(6000)}, {8, {}}};
    program.reloadChanged = {"web is removed"};
    program.reloadRefused = {"admin keeps its 2 sockets"};
    program.reloadError = "no such file";
    program.reloads = program.prepares = true;
    program.stagers = 2;
    program.exitCode = 3;
    program.offered = "1.3.0 c";
    program.answered = Stand::UnderWay;
    program.begun = program.goesBack = program.isSetBack = true;
    program.wanted = {{"web=127.0.0.1:8000", "admin=unix:/run/admin"}};

    auto& handover = program.handover;
    handover.phase = Phase::ProbationAlone;
    handover.deadline = at(7000);
    handover.serving = fullGeneration(1, 30);
    handover.candidate = fullGeneration(2, 40);
    handover.standingBy = fullGeneration(3, 50);
    handover.draining = {fullGeneration(4, 60), fullGeneration(5, 70)};
    handover.candidateKey = "1.1.0 a";
    handover.pending = "1.2.0 b";
    handover.pendingIsRollback = handover.candidateIsRollback = true;
    handover.failure = "it ended with exit code 3";
    handover.faultIsOurs = handover.wasReady = handover.isDecided = true;
    handover.faultOf = "api";
    handover.passed = Phase::ProbationBeside;
    handover.gap = {true, at(8500), Duration(40)};
    handover.started = at(8000);
    handover.switchingNumber = 4;
    handover.previousTries = 2;
    handover.stopSignal = 15;
    handover.exitCode = 4;
    handover.leaderNumber = 1;
    handover.watchesQueues = true;
    handover.queuesEnd = at(9000);
    handover.again = Again::Start;
    handover.againAt = at(10'000);
    handover.stored = {{"state", 80, 1, false, {1, 2}, std::set{2}}, {"guest", 81, 2, true, {2}, {}}};
    handover.foreground = 4001;
    handover.leaving = {3001, 3002};
    handover.held = {{10, {}, true}, {34, 18446744073709551615U, false}};

    Snapshot snapshot;
    snapshot.version = "0.1.0";
    snapshot.locks = {10};
    snapshot.control = 11;
    snapshot.clients = {{12, "stat", at(11'000)}, {13, "", {}}};
    snapshot.helpers = {6001, 6002};
    snapshot.manager = {true, {0, 1}, {2}, {3}, {"serving", ""}};
    snapshot.stops = true;
    snapshot.exitCode = 5;
    snapshot.ownReleasePrepares = true;
    snapshot.programs = {program};
    snapshot.groups = {
        {"shop", GroupPhase::Alone, true, 0, at(12'000), {{Stand::Offered, Progress::Begun, true, "it was refused"}}}};
    snapshot.exporter = ExporterState{45};
    return snapshot;
}

} // namespace baton::supervise::testing
