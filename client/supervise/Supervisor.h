// The process that holds the listening sockets and the children, and must not die.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/control/ControlServer.h"
#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/loop/Signals.h"
#include "client/os/SystemClock.h"
#include "client/os/UniqueFd.h"
#include "client/supervise/Adopted.h"
#include "client/supervise/CannotStart.h"
#include "client/supervise/Fates.h"
#include "client/supervise/Groups.h"
#include "client/supervise/MetricsExporter.h"
#include "client/supervise/MetricsFile.h"
#include "client/supervise/OwnReleases.h"
#include "client/supervise/Program.h"
#include "client/supervise/SelfUpgrade.h"
#include "client/supervise/ServiceManager.h"
#include "client/supervise/Settings.h"
#include "client/supervise/SignalPlan.h"
#include "client/supervise/Snapshot.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace baton::supervise {

/// What there is one of, however many programs there are.
class Supervisor : private ProgramWatcher {
public:
    Supervisor(const SupervisorSettings& settings, Log& log, std::vector<os::UniqueFd> locks);
    Supervisor(const SupervisorSettings& settings, Log& log, const Snapshot& snapshot);

    // What run() and takeOver() below are.
    int run();
    int resume(const Snapshot& snapshot, const std::string& refusal);

private:
    // ProgramWatcher
    void ended(int number, int exitCode) override;
    void cannotStart(int number, const CannotStart& why) override;
    void stands(int number) override;
    void passed(int number, Half half) override;
    void failed(int number, const std::string& why) override;
    void settled(int number) override;
    void lift(int number) override;
    std::string groupSentence(int number) const override;

    static std::vector<std::string> namesOf(const std::vector<Settings>& programs);
    static std::vector<bool> essentialOnes(const std::vector<Settings>& programs);

    bool isSeveral() const { return !settings_.programs.front().name.empty(); }
    void openOwnReleases();
    int loop();
    void writeMetrics();
    void stopAll(const Passed& passed);
    Snapshot snapshot() const;

    // Signals, and the processes that they tell of.
    void listenToSignals();
    void signalled(const loop::Arrived& arrived);
    void obey(const std::string& command, int number);
    void sweepSoon();
    void sweep();
    bool lives(const Whose& whose) const;

    // Groups
    void formGroups();
    Group* groupOf(int number) const;

    // The control socket
    std::string answer(const std::string& line);
    std::string answerOf(Program& program, const std::string& command);
    std::string upgradeSelf(const std::string& path);
    std::string statusOfAll() const;
    std::string startAnew(int number);

    const SupervisorSettings& settings_;
    Log& log_;
    std::vector<os::UniqueFd> locks_;
    const SignalPlan plan_;
    os::SystemClock clock_;
    loop::EventLoop loop_{clock_};
    ServiceManager manager_;
    ProgramWorld world_;
    Fates fates_;
    std::vector<std::unique_ptr<Program>> programs_; // by their numbers
    std::unique_ptr<Groups> groups_;
    std::map<int, loop::Registration> letGo_; // of those that are over
    std::unique_ptr<loop::Signals> signals_;
    loop::Registration sweep_;
    std::unique_ptr<control::ControlServer> control_;
    SelfUpgrade upgrade_;
    std::unique_ptr<OwnReleases> own_;
    std::unique_ptr<MetricsFile> metrics_;
    std::unique_ptr<MetricsExporter> exporter_;
    std::optional<CannotStart> cannotStart_;
    std::string whyNotStarted_; // the last that could not, of several
    bool stops_ = false;
};

/// Runs until the program ends by itself or Baton is told to stop. One thread, which must be the process's only one.
/// @param locks the stores', held to the end, and handed to whoever takes over
/// @returns the exit code: the program's own, 128 + N for signal N; 69 when the first release was not ready in time. Of
/// several programs it is the first that is not 0
/// @throws CannotStart when an address or the control socket cannot be had; std::exception for a damaged state
int run(const SupervisorSettings& settings, Log& log, std::vector<os::UniqueFd> locks);

/// The same from where an earlier supervisor was, which this process was until it executed this Baton.
/// @param snapshot what checkParts() and checkDescriptors() passed
/// @param refusal why another Baton gave it back; empty: it has taken over itself
/// @throws std::exception; whatever runs goes on without a supervisor then
int takeOver(const SupervisorSettings& settings, Log& log, const Snapshot& snapshot, const std::string& refusal);

} // namespace baton::supervise
