#include "client/agent/Cycle.h"
#include "client/core/Amounts.h"
#include "client/core/Text.h"

#include <array>
#include <utility>

namespace baton::agent {
namespace {

using control::AgentNews;
using store::AttemptStage;

constexpr Duration ProgressEvery{200};

// The words of AgentNews, by AttemptStage.
constexpr std::array<std::string_view, 5> StageWords{"granted", "downloading", "waiting", "downloaded", "installed"};

// Of the packages of an installed release, these lie there as they came: the one program, and what is no archive.
std::vector<std::filesystem::path> copiesOf(const std::string& sha256, const std::vector<store::Release>& installed,
                                            const store::Store& store)
{
    std::vector<std::filesystem::path> copies;
    for (const auto& release : installed)
        for (const auto& package : release.packages) {
            if (package.sha256 != sha256) continue;
            const bool isProgram = &package == &release.packages.front() && !release.program.empty();
            copies.push_back(store.releaseDirectory(release.key) / package.app /
                             (isProgram ? release.program : package.name));
        }
    return copies;
}

std::vector<fetch::Wanted> wantedFor(const store::Attempt& attempt, const store::Store& store)
{
    std::vector<fetch::Wanted> wanted;
    const auto installed = store.installed();
    for (const auto& package : attempt.packages) {
        if (const auto& delta = package.delta) {
            wanted.push_back({delta->sha256,
                              delta->sizeBytes,
                              delta->urls,
                              {delta->validator, delta->failures},
                              {},
                              attempt.failuresPerUrl});
            continue;
        }
        wanted.push_back({package.sha256,
                          package.sizeBytes,
                          package.urls,
                          {package.validator, package.failures},
                          copiesOf(package.sha256, installed, store),
                          attempt.failuresPerUrl});
    }
    return wanted;
}

} // namespace

// Whatever the attempt needs next from us, after a crash as in the ordinary course.
void Cycle::goOn()
{
    const auto& attempt = ledger_.attempt();
    if (!attempt) stopWaiting();
    if (!attempt) return tell(AgentNews::Kind::Idle);
    if (gone_ || gaveUp_) return;
    switch (attempt->stage) {
    case AttemptStage::Granted:
    case AttemptStage::Downloading:
        if (const auto bar = barToFetching()) return waitFor(*bar);
        stopWaiting();
        return download();
    case AttemptStage::Waiting: return handOver();
    case AttemptStage::Downloaded: tellProgress(attempt->sizeBytes()); return tell(AgentNews::Kind::Downloaded);
    case AttemptStage::Installed: return tellProgress(attempt->sizeBytes());
    }
}

void Cycle::download()
{
    ledger_.reached(AttemptStage::Downloading, Milestone::Started);
    tellProgress(0);
    deliver(); // Before the first byte, if the server can be reached; the packages may lie on another host.
    const auto begun = doors_.clock.now();
    const auto result = fetcher_.fetch(wantedFor(*ledger_.attempt(), doors_.store), *this);
    if (!result && ledger_.attempt()->hasDeltas() && result.error().code != code::WriteFailed)
        return tellFailed({Category::Download, code::DeltaUnusable,
                           "the delta could not be had, the full package is fetched: " + result.error().detail});
    if (!result) return giveUp(result.error());
    if (*result == fetch::Ending::Complete) return finished(begun);
    goOnIfBarred();
}

void Cycle::finished(Instant begun)
{
    planner_.succeeded();
    const auto size = ledger_.attempt()->sizeBytes();
    doors_.log.info(ledger_.attempt()->key.version + " fetched and its digest is right (" + printSize(size) + " in " +
                    printSeconds(doors_.clock.now() - begun) + ')');
    const bool waits = barToHandOff().has_value();
    ledger_.reached(waits ? AttemptStage::Waiting : AttemptStage::Downloaded, Milestone::Downloaded);
    goOn();
}

// All that the stager takes up has passed here.
void Cycle::handOver()
{
    if (const auto bar = barToHandOff()) return waitFor(*bar);
    stopWaiting();
    doors_.log.info(ledger_.attempt()->key.version + " need not wait any more");
    ledger_.reached(AttemptStage::Downloaded, Milestone::Downloaded);
    goOn();
}

// The attempt stays until the supervisor has written its line: if both die before, the next agent tries again.
void Cycle::giveUp(const Failure& failure)
{
    planner_.failed();
    doors_.log.error(ledger_.attempt()->key.version + " cannot be fetched: " + failure.detail);
    tellFailed(failure);
}

void Cycle::tellFailed(const Failure& failure)
{
    gaveUp_ = true;
    stopWaiting();
    const auto& key = ledger_.attempt()->key;
    AgentNews news;
    news.kind = AgentNews::Kind::Failed;
    news.version = key.version;
    news.sha256 = key.sha256;
    news.code = failure.code;
    news.detail = escaped(failure.detail);
    doors_.wire.tell(news);
}

// The line in the history stands; the attempt goes on, and the server hears of no end.
void Cycle::goOnWithoutDeltas()
{
    for (const auto& sha256 : ledger_.dropDeltas()) spoiltDeltas_.insert(sha256);
    gaveUp_ = false;
    doors_.log.warning(ledger_.attempt()->key.version + ": the delta cannot be used, the full package is fetched");
}

void Cycle::note(std::size_t package, const fetch::Trace& trace, const std::string& setback)
{
    if (!setback.empty()) doors_.log.warning(ledger_.attempt()->packages.at(package).name + ": " + setback);
    ledger_.note(package, trace);
}

fetch::Wish Cycle::progress(std::int64_t bytes)
{
    if (doors_.clock.now() < nextProgress_) return gone_ ? fetch::Wish::Stop : fetch::Wish::GoOn;
    nextProgress_ = doors_.clock.now() + ProgressEvery;
    tellProgress(bytes);
    const auto word = doors_.wire.wait(Duration(0));
    if (!heard(word) || barToFetching()) return fetch::Wish::Stop;
    return word == Heard::Check ? fetch::Wish::AtOnce : fetch::Wish::GoOn;
}

// What a server asks for by Retry-After is meant for those who come by themselves. A person who asks does not wait.
// [Omaha 3.1, Headers (Update Check Response)]
bool Cycle::pause(Duration wait)
{
    const auto end = doors_.clock.now() + wait;
    while (doors_.clock.now() < end) {
        const auto word = doors_.wire.wait(end - doors_.clock.now());
        if (!heard(word)) return false;
        if (word == Heard::Check) break;
    }
    return true;
}

// A word that comes while we download is kept for later. False: nobody is there any more.
bool Cycle::heard(Heard word)
{
    if (word == Heard::Gone) gone_ = true;
    if (word == Heard::Check) wanted_ = true;
    if (word == Heard::Changed) changed_ = true;
    return !gone_;
}

void Cycle::tellProgress(std::int64_t bytes)
{
    fetched_ = bytes;
    AgentNews news;
    news.kind = AgentNews::Kind::Progress;
    news.version = ledger_.attempt()->key.version;
    news.word = StageWords.at(static_cast<std::size_t>(ledger_.attempt()->stage));
    news.bytes = bytes;
    news.size = ledger_.attempt()->sizeBytes();
    doors_.wire.tell(news);
}

void Cycle::tell(AgentNews::Kind kind)
{
    AgentNews news;
    news.kind = kind;
    if (ledger_.attempt()) news.version = ledger_.attempt()->key.version;
    doors_.wire.tell(news);
}

} // namespace baton::agent
