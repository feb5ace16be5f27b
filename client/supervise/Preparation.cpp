#include "client/supervise/Preparation.h"

#include "client/core/Duration.h"
#include "client/core/Failure.h"
#include "client/core/Text.h"
#include "client/core/Timestamp.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/supervise/Adopted.h"
#include "client/supervise/Environment.h"
#include "client/supervise/Roles.h"

#include <sys/random.h>

#include <unistd.h>

#include <array>
#include <exception>
#include <system_error>

namespace baton::supervise {
namespace {

std::string randomToken()
{
    static constexpr std::string_view Digits = "0123456789abcdef";
    std::array<unsigned char, 16> bytes{};
    os::check(::getrandom(bytes.data(), bytes.size(), 0), "ask for random bytes");
    std::string token;
    for (const auto byte : bytes) {
        token += Digits[byte >> 4U];
        token += Digits[byte & 0xFU];
    }
    return token;
}

std::string endOf(const JobResult& result)
{
    return result.status ? os::describe(*result.status) : "no end within its time";
}

} // namespace

Preparation::Preparation(loop::EventLoop& loop, Log& log, const Settings& settings, const store::Store& store,
                         Ledger& ledger, std::function<void(const store::ReleaseKey&)> installed,
                         std::function<void(const std::string&)> settled)
    : loop_(loop),
      log_(log),
      settings_(settings),
      store_(store),
      ledger_(ledger),
      installed_(std::move(installed)),
      settled_(std::move(settled))
{
}

void Preparation::begin()
{
    if (job_ || settings_.stager.arguments.empty()) return;
    again_.reset();
    begun_ = loop_.clock().now();
    step_ = "staging";
    try {
        job_ = std::make_unique<Job>(loop_, roleOptions(settings_, settings_.stager), LongestStaging,
                                     store::LongestVerdict, [this](const JobResult& result) { judge(result); });
    } catch (const std::exception& e) {
        step_.clear();
        tryAgain(std::string("the stager could not be started: ") + e.what());
    }
}

void Preparation::resume(int stagers)
{
    stagers_ = stagers;
    begin();
}

bool Preparation::mayGoOn(const store::Install& install)
{
    const auto release = store_.loadRelease(install.key);
    if (install.step == store::InstallStep::TryOut || !release) return false;
    if (!settings_.needsSignatures || !release->signers.empty()) return true;
    log_.error(install.key.version + " was installed before signatures were asked for, and nobody signed it: its " +
               "hand-over does not go on; publish its statement with baton sign");
    ledger_.note("forget " + install.key.version, [](store::State& state) { state.install.reset(); });
    return false;
}

void Preparation::cancel()
{
    job_.reset();
    if (step_ == "tryOut") clearUp();
    again_.reset();
    step_.clear();
}

// The agent's word is taken for which release it was: only to tell the agent that the attempt at it is over.
void Preparation::tryAgain(const std::string& why)
{
    if (++stagers_ < MostStagers) {
        log_.warning(why + "; the download stays, again in " + printDuration(BeforeNextStager));
        again_ = loop_.after(BeforeNextStager, [this] { begin(); });
        return;
    }
    stagers_ = 0;
    store::ReleaseKey key;
    try {
        if (const auto attempt = store_.loadAttempt()) key = attempt->key;
    } catch (const std::exception&) {
        key = {}; // Damaged: its writer, the agent, will see.
    }
    refuse({store::VerdictKind::Failed, key, code::Unexplained,
            why + ", " + std::to_string(MostStagers) + " times in a row"});
}

void Preparation::judge(const JobResult& result)
{
    job_.reset();
    step_.clear();
    const auto verdict = store::parseVerdict(result.output);
    learn();
    if (!verdict) return tryAgain("the stager ended without a verdict (" + endOf(result) + ")");
    stagers_ = 0;
    if (verdict->kind == store::VerdictKind::Nothing) return;
    if (verdict->kind != store::VerdictKind::Staged) return refuse(*verdict);
    if (isSettled(verdict->key)) return settled_({}); // We were killed before the agent read so: it only has to look.
    if (ledger_.state().isBlocked(verdict->key))
        return refuse({store::VerdictKind::Refused, verdict->key, code::IgnoredByPolicy, "it is blocked here"});
    log_.info(verdict->key.version + " verified and unpacked in " + printDuration(loop_.clock().now() - begun_));
    sinceStaged_ = os::Stopwatch();
    writtenBefore_ = ledger_.written();
    takeUp(verdict->key);
}

// What signed statements taught the stager holds whatever it says of the release.
void Preparation::learn()
try {
    learned_ = {};
    const auto learned = store_.loadLearned();
    if (!learned) return;
    learned_ = *learned;
    const bool recorded = ledger_.record("what signatures taught", [&](store::State& state) {
        const auto since = state.trust ? state.trust->since : std::string(); // The stager's file has no room for it.
        state.trust = learned->trust;
        state.trust->since = since;
    });
    if (recorded) store_.forgetLearned();
} catch (const std::exception& e) {
    log_.error(std::string("what signatures taught could not be kept: ") + e.what());
}

// Its end is written already.
bool Preparation::isSettled(const store::ReleaseKey& key) const
try {
    const auto& state = ledger_.state();
    if (state.current == key) return true;
    const auto lines = store_.history();
    return state.isBlocked(key) && !lines.empty() && lines.back().key == key;
} catch (const std::exception& e) {
    log_.warning(std::string("the history could not be read: ") + e.what());
    return false;
}

void Preparation::takeUp(const store::ReleaseKey& key)
{
    if (settings_.tryOut.kind == TryOutKind::None) return install(key);
    const auto& known = ledger_.state().install;
    const int tries = known && known->key == key ? known->tries : 0;
    const bool recorded = ledger_.record("try out " + key.version, [&](store::State& state) {
        state.install = store::Install{key, store::InstallStep::TryOut, tries, false, learned_.ifCommitted};
    });
    if (recorded) tryOut(key);
}

os::SpawnOptions Preparation::tryOutOptions(const store::ReleaseKey& key, const std::string& token) const
{
    const bool staged = std::filesystem::exists(store_.stagingDirectory(key));
    const auto directory = staged ? store_.stagingDirectory(key) : store_.releaseDirectory(key);
    const auto text = os::readWhole(directory / store::ReleaseFileName).value_or(std::string());

    os::SpawnOptions options;
    options.executable = executableOf(settings_.command, store::parseRelease(text), directory);
    options.arguments = withRelease(settings_.command, directory);
    options.environment = programEnvironment(environ);
    std::erase_if(options.environment, [](const auto& one) { return one.starts_with("TMPDIR="); });
    options.environment.push_back("TMPDIR=" + store_.tryOutDirectory().string());
    options.environment.push_back(std::string(TryOutMark) + '=' + settings_.name);
    options.standardInput = devNull();
    options.memoryBytes = settings_.tryOut.memoryBytes;
    options.hasNetwork = settings_.tryOut.hasNetwork;
    options.facesStrangers = true; // Nobody is told what to do by what was not tried out yet.
    options.readOnly = store_.root();
    options.scratch = store_.tryOutDirectory();
    if (settings_.tryOut.kind == TryOutKind::Token) options.environment.push_back("BATON_TRYOUT=" + token);
    if (settings_.tryOut.kind == TryOutKind::Arguments) {
        options.arguments.resize(1);
        for (const auto& argument : withRelease(settings_.tryOut.arguments, directory))
            options.arguments.push_back(argument);
    }
    return options;
}

void Preparation::tryOut(const store::ReleaseKey& key)
{
    step_ = "tryOut";
    begun_ = loop_.clock().now();
    try {
        const auto token = randomToken();
        os::removeTree(store_.tryOutDirectory()); // Of one that was cut short.
        os::makeDirectory(store_.tryOutDirectory());
        job_ = std::make_unique<Job>(loop_, tryOutOptions(key, token), settings_.tryOut.limit, token.size() + 2,
                                     [this, key, token](const JobResult& result) { judgeTryOut(key, token, result); });
    } catch (const std::exception& e) {
        step_.clear();
        clearUp();
        const auto* system = dynamic_cast<const std::system_error*>(&e);
        const int error = system != nullptr ? system->code().value() : 0;
        refuse({os::isShortage(error) ? store::VerdictKind::Failed : store::VerdictKind::Refused, key,
                code::CandidateFailed,
                std::string("its try-out could not be started: ") + e.what() + hintAtNoexec(store_.releases(), error)},
               Way::NotStarted);
    }
}

// Nothing of it is left behind, whatever it thought of the release: no process either that left its group.
void Preparation::clearUp()
try {
    killAdoptedOf({settings_.name, TryOutNumber});
    os::removeTree(store_.tryOutDirectory());
} catch (const std::exception& e) {
    log_.warning(std::string("the scratch directory of a try-out stays: ") + e.what());
}

void Preparation::judgeTryOut(const store::ReleaseKey& key, const std::string& token, const JobResult& result)
{
    job_.reset();
    step_.clear();
    clearUp();
    const bool answered = settings_.tryOut.kind != TryOutKind::Token || result.output == token + '\n';
    if (result.status == os::ExitStatus{} && answered) {
        log_.info(key.version + " tried out in " + printDuration(loop_.clock().now() - begun_));
        return install(key);
    }
    const auto why =
        !result.status ? "it did not end within " + printDuration(settings_.tryOut.limit)
        : *result.status != os::ExitStatus{}
            ? "it ended with " + os::describe(*result.status)
            : "it did not answer with its token; a program that does not link Baton needs --try none or arguments";
    refuse({store::VerdictKind::Refused, key, code::CandidateFailed, "its try-out failed: " + why}, Way::TryOut);
}

void Preparation::install(const store::ReleaseKey& key)
{
    const os::Stopwatch moving;
    try {
        store_.install(key);
    } catch (const std::exception& e) {
        return refuse({store::VerdictKind::Failed, key, code::WriteFailed, e.what()});
    }
    const auto moved = moving.microseconds();
    const bool recorded = ledger_.record("install " + key.version, [&](store::State& state) {
        const int tries = state.install && state.install->key == key ? state.install->tries : 0;
        state.install = store::Install{key, store::InstallStep::Installed, tries, false, learned_.ifCommitted};
    });
    if (recorded) installed_(key);
    log_.debug("the hand-over to " + key.version + " was begun " + std::to_string(sinceStaged_.microseconds()) +
               " us after it was staged, " + std::to_string(moved + ledger_.written() - writtenBefore_) +
               " us of them to write it down");
}

void Preparation::refuse(const store::Verdict& verdict, Way way)
{
    const bool forGood = verdict.kind == store::VerdictKind::Refused;
    const auto reason = escaped(verdict.reason, 500);
    log_.error(verdict.key.version + (forGood ? " refused: " : " could not be installed: ") + reason);
    if (verdict.key.version.empty()) return; // The attempt could not even be read: its writer, the agent, will see.
    ledger_.note("refuse " + verdict.key.version, [&](store::State& state) {
        if (forGood)
            state.block({verdict.key, reason, printTimestamp(loop_.clock().wall()),
                         learned_.refused ? learned_.papers : std::string()});
        if (state.install && state.install->key == verdict.key) state.install.reset();
        ledger_.setOutcome(state, verdict.key, forGood ? store::Outcome::Refused : store::Outcome::Failed, verdict.code,
                           reason, way);
    });
    settled_(verdict.key.version + (forGood ? " was refused: " : " could not be installed: ") + reason);
    try {
        store_.discardStaged(verdict.key);
    } catch (const std::exception& e) {
        log_.warning(std::string("what was staged could not be removed: ") + e.what());
    }
}

} // namespace baton::supervise
