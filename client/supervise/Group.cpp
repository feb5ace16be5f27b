#include "client/supervise/Group.h"

#include "client/core/Duration.h"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace baton::supervise {
namespace {

using Do = Order::Do;
using What = Happened::What;

bool isRecord(const Order& order) { return order.what == Do::RecordBegin || order.what == Do::RecordCommit; }

} // namespace

Group::Group(loop::EventLoop& loop, Log& log, std::string name, const std::filesystem::path& root,
             std::vector<int> members, Duration longestWait, Find find)
    : loop_(loop),
      log_(log),
      name_(std::move(name)),
      file_(root, name_),
      numbers_(std::move(members)),
      longestWait_(longestWait),
      find_(std::move(find))
{
    for (const int number : numbers_) {
        Member one;
        one.way = find_(number).way();
        one.stand = Stand::Away; // Until it has started.
        state_.members.push_back(one);
        whys_.emplace_back();
    }
}

bool Group::has(int number) const { return std::find(numbers_.begin(), numbers_.end(), number) != numbers_.end(); }

int Group::placeOf(int number) const
{
    return static_cast<int>(std::find(numbers_.begin(), numbers_.end(), number) - numbers_.begin());
}

Program& Group::member(int place) const { return find_(numbers_.at(static_cast<std::size_t>(place))); }

void Group::recover()
try {
    const auto record = file_.load();
    if (!record) return;
    std::vector<Found> found;
    std::vector<Program*> programs;
    for (const auto& one : record->members) {
        const auto number =
            std::find_if(numbers_.begin(), numbers_.end(), [&](int each) { return find_(each).name() == one.program; });
        programs.push_back(number == numbers_.end() ? nullptr : &find_(*number));
        const bool onItsWay = programs.back() != nullptr && programs.back()->isOnItsWay(one.key);
        found.push_back(onItsWay ? Found::OnItsWay : Found::Settled);
    }
    const auto settled = std::find(found.begin(), found.end(), Found::Settled) - found.begin();
    const auto after = supervise::recover(record->step, found);
    for (std::size_t i = 0; i < after.size(); ++i) {
        const auto& key = record->members[i].key;
        if (after[i] == AfterCrash::Commit) programs[i]->commitDecided(key);
        if (after[i] == AfterCrash::TakeBack)
            programs[i]->setBack(key, record->members[static_cast<std::size_t>(settled)].program,
                                 "its group " + name_ + " failed while Baton was killed");
    }
    forget();
} catch (const std::exception& e) {
    log_.error("group " + name_ + ": what an earlier Baton wrote down cannot be used: " + e.what());
}

void Group::stands(int number)
{
    const auto& program = find_(number);
    const auto stand = program.stand();
    auto& why = whys_.at(static_cast<std::size_t>(placeOf(number)));
    if (stand == Stand::Failing && why.empty()) why = program.lastCheckResult();
    happen({What::Stands, placeOf(number), stand});
}

void Group::passed(int number, Half half) { happen({What::Passed, placeOf(number), Stand::Nothing, half}); }

void Group::failed(int number, const std::string& why)
{
    const auto place = placeOf(number);
    whys_.at(static_cast<std::size_t>(place)) = why;
    happen({What::Failed, place});
}

void Group::settled(int number)
{
    happen({What::Settled, placeOf(number)});
    stands(number);
}

void Group::lift(int number)
{
    for (const int other : numbers_)
        if (other != number) find_(other).lift(find_(number).name());
}

void Group::happen(const Happened& happened)
{
    take(state_, happened);
    lookSoon();
}

void Group::lookSoon()
{
    look_ = loop_.after(Duration(0), [this] { look(); });
}

// What an order brings about comes back as what happens, and is looked at next time.
void Group::look()
{
    auto plan = supervise::plan(state_);
    const bool isToRecord = !plan.orders.empty() && isRecord(plan.orders.front());
    if (isToRecord && ((forgetAgain_ && !forget()) || !record(plan.orders.front()))) {
        look_ = loop_.after(BeforeNextTry, [this] { look(); });
        return;
    }
    state_ = std::move(plan.next);
    armWait();
    for (const auto& order : plan.orders) carryOut(order);
    if (!plan.orders.empty()) lookSoon();
}

// For those whose agents get no answer: the rest does not wait for ever.
void Group::armWait()
{
    const auto stands = [this](Stand stand) {
        return std::any_of(state_.members.begin(), state_.members.end(),
                           [stand](const Member& one) { return one.stand == stand; });
    };
    const bool waits = state_.phase == GroupPhase::Gathering && stands(Stand::Offered) && stands(Stand::Unasked);
    if (!waits) return wait_.reset();
    if (wait_ || state_.waitIsOver) return;
    waitUntil(loop_.clock().now() + longestWait_);
}

void Group::waitUntil(Instant due)
{
    wait_ = loop_.at(due, [this] {
        wait_.reset();
        log_.warning("group " + name_ + ": not every member's server has answered within " +
                     printDuration(longestWait_) + "; it goes on without those");
        happen({What::WaitIsOver});
    });
}

GroupSnapshot Group::save() const
{
    GroupSnapshot snapshot{name_, state_.phase, state_.waitIsOver, state_.failing, wait_.due(), {}};
    for (std::size_t i = 0; i < state_.members.size(); ++i) {
        const auto& one = state_.members[i];
        snapshot.members.push_back({one.stand, one.progress, one.asked, whys_[i]});
    }
    return snapshot;
}

void Group::restore(const GroupSnapshot& snapshot)
{
    if (snapshot.members.size() != state_.members.size())
        throw std::runtime_error("the group " + name_ + " has other members");
    state_.phase = snapshot.phase;
    state_.waitIsOver = snapshot.waitIsOver;
    state_.failing = snapshot.failing;
    for (std::size_t i = 0; i < state_.members.size(); ++i) {
        state_.members[i].stand = snapshot.members[i].stand;
        state_.members[i].progress = snapshot.members[i].progress;
        state_.members[i].asked = snapshot.members[i].asked;
        whys_.at(i) = snapshot.members[i].why;
    }
    if (snapshot.waitsUntil) waitUntil(*snapshot.waitsUntil);
    if (state_.phase == GroupPhase::Gathering) forget(); // What the one before us could not yet.
    lookSoon();
}

bool Group::record(const Order& order) const
try {
    store::GroupRecord record;
    record.step = order.what == Do::RecordBegin ? store::GroupStep::Begin : store::GroupStep::Commit;
    for (std::size_t i = 0; i < state_.members.size(); ++i) {
        const auto& program = member(static_cast<int>(i));
        const bool isIn =
            order.what == Do::RecordBegin ? state_.members[i].stand == Stand::Offered : takesPart(state_.members[i]);
        if (isIn && program.offered()) record.members.push_back({program.name(), *program.offered()});
    }
    file_.save(record);
    std::string names;
    for (const auto& one : record.members) names += (names.empty() ? "" : ", ") + one.program + ' ' + one.key.version;
    log_.info("group " + name_ + (order.what == Do::RecordBegin ? " hands over: " : " commits: ") + names);
    return true;
} catch (const std::exception& e) {
    log_.error("group " + name_ + " goes on once it can be written down: " + e.what());
    return false;
}

// Not before each member's own file has what was decided: until then the record alone tells the next Baton.
bool Group::forget()
try {
    forgetAgain_.reset();
    if (!file_.isThere()) return true;
    bool isWritten = true;
    for (const int number : numbers_) isWritten = find_(number).isWrittenDown() && isWritten;
    if (isWritten)
        file_.forget();
    else
        forgetAgain_ = loop_.after(BeforeNextTry, [this] { forget(); });
    return isWritten;
} catch (const std::exception& e) {
    log_.warning("group " + name_ + ": " + e.what());
    return true;
}

void Group::carryOut(const Order& order)
{
    switch (order.what) {
    case Do::Ask:
        whys_.at(static_cast<std::size_t>(order.member)).clear(); // Its answer says more.
        return member(order.member).askForGroup();
    case Do::Begin: return member(order.member).beginForGroup();
    case Do::GoOn: return member(order.member).goOn(false);
    case Do::Commit: return member(order.member).goOn(true);
    case Do::TakeBack:
        return member(order.member)
            .setBack(member(order.because).name(), "its group " + name_ + " failed: " + member(order.because).name() +
                                                       ": " + whys_.at(static_cast<std::size_t>(order.because)));
    case Do::Forget: forget(); return;
    case Do::RecordBegin:
    case Do::RecordCommit: return;
    }
}

std::string Group::sentence(int number) const
{
    const auto& own = state_.members.at(static_cast<std::size_t>(placeOf(number)));
    const bool waits = own.stand == Stand::Offered || own.progress == Progress::Waits ||
                       own.progress == Progress::PassedBeside || own.progress == Progress::PassedAlone;
    if (!waits) return {};
    std::string others;
    for (std::size_t i = 0; i < state_.members.size(); ++i) {
        const auto& one = state_.members[i];
        const bool isAwaited = state_.phase == GroupPhase::Gathering
                                   ? one.stand == Stand::UnderWay || one.stand == Stand::Unasked
                                   : one.progress == Progress::Begun || one.progress == Progress::Alone;
        if (isAwaited) others += (others.empty() ? "" : ", ") + member(static_cast<int>(i)).name();
    }
    return "its group " + name_ + (others.empty() ? std::string() : " waits for " + others);
}

} // namespace baton::supervise
