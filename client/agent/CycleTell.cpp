#include "client/agent/Cycle.h"
#include "client/core/Text.h"

#include <algorithm>
#include <utility>

namespace baton::agent {

using control::AgentNews;

std::int64_t Cycle::secondsOf(WallTime time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

// All that waits, in order. False: it was not taken, and the rest waits on. What its server asks for adds to what
// the check before it was told.
bool Cycle::deliver()
{
    while (!ledger_.outbox().waiting.empty()) {
        const auto event = ledger_.outbox().waiting.front();
        const std::chrono::seconds age(event.time == 0 ? 0 : secondsOf(doors_.clock.wall()) - event.time);
        const auto sent = doors_.source.send(event, age);
        answers_ = sent.answered;
        if (!isTold(sent)) {
            wishes_.isOverloaded |= sent.overloaded;
            heed(sent.retryAfter, sent.trusted);
            planner_.failed();
            refusal_ = sent.taken.error().detail;
            doors_.log.warning("an event waits: " + refusal_);
            return false;
        }
        doors_.log.debug("the server was told event " + std::to_string(event.type) + '/' +
                         std::to_string(event.result) + " of " + escaped(event.nextVersion) +
                         (event.times > 1 ? ", once for " + std::to_string(event.times) + " times" : ""));
        ledger_.delivered();
    }
    return true;
}

// Between two checks. The plan stands, unless whoever took no event is to be left alone for longer.
void Cycle::deliverUnbidden()
{
    const auto taken = deliver();
    const auto wishes = std::exchange(wishes_, {});
    const auto alone = wishes.stayAway.value_or(wishes.isOverloaded ? settings_.interval : Duration(0));
    const auto least = doors_.clock.now() + alone;
    if (!taken && least > nextCheck_) return settle(planner_.next(wishes, doors_.clock.wall()));
    if (!taken) notBefore_ = std::max(notBefore_, least);
}

// Some servers sign what they answer to checks alone. Then no event would ever be told, and a server that waits for
// them would refuse every check. So what was answered without a proof in three contacts is believed from then on, until
// a proof comes after all: it is events that are at stake here, no release.
bool Cycle::isTold(const source::Sent& sent)
{
    if (sent.taken) unproven_ = 0;
    if (sent.taken || !sent.unproven) return sent.taken.has_value();
    if (unproven_ >= PatienceForEvents) return true;
    if (++unproven_ < PatienceForEvents) return false;
    doors_.log.warning("the server proves no answer to an event; from now on they count as told without a proof");
    return true;
}

void Cycle::checkFailed(const Failure& failure)
{
    planner_.failed();
    doors_.log.warning(failure.detail);
    tellChecked("failed", failure.detail);
}

void Cycle::tellChecked(const std::string& word, const std::string& detail)
{
    AgentNews news;
    news.kind = AgentNews::Kind::Checked;
    news.time = secondsOf(doors_.clock.wall());
    news.word = word;
    news.detail = escaped(detail);
    doors_.wire.tell(news);
}

void Cycle::tellUntold()
{
    AgentNews news;
    news.kind = AgentNews::Kind::Untold;
    news.events = static_cast<std::int64_t>(ledger_.outbox().waiting.size());
    news.lost = ledger_.outbox().lost;
    doors_.wire.tell(news);
}

} // namespace baton::agent
