#include "tests/support/load/Load.h"

#include "client/os/Errors.h"

#include <openssl/ssl.h>
#include <sys/epoll.h>

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace baton::load {
namespace {

using std::chrono::duration_cast;
using Steady = std::chrono::steady_clock;

constexpr auto ScanEvery = std::chrono::milliseconds(50);
constexpr auto QueueFullPause = std::chrono::milliseconds(2);

bool readable(int fd)
{
    pollfd watched{fd, POLLIN, 0};
    return fd >= 0 && ::poll(&watched, 1, 0) == 1;
}

std::string requestFor(const Options& options, const Target& target, Mode mode)
{
    return "GET " + options.path + " HTTP/1.1\r\nHost: " + target.host + "\r\nUser-Agent: baton-load\r\n" +
           (mode == Mode::New ? "Connection: close\r\n\r\n" : "\r\n");
}

} // namespace

Moment Load::Schedule::next() const
{
    if (perSecond == 0) return Moment::max();
    return start + Micros(issued * 1'000'000 / static_cast<std::uint64_t>(perSecond));
}

Load::Load(const Options& options)
    : options_(options),
      target_(Target::of(options.target)),
      requests_{requestFor(options, target_, Mode::New), requestFor(options, target_, Mode::Kept)},
      tls_(options.tls ? SSL_CTX_new(TLS_client_method()) : nullptr),
      epoll_(os::check(::epoll_create1(EPOLL_CLOEXEC), "make an epoll set"))
{
    if (tls_) std::signal(SIGPIPE, SIG_IGN); // OpenSSL writes without MSG_NOSIGNAL.
}

void Load::FreeContext::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

Report Load::run(int stop)
{
    waitForListener(stop);
    openKept();
    start_ = lastAnswer_ = nextScan_ = Steady::now();
    newSchedule_ = {start_, options_.newPerSecond, 0};
    keptSchedule_ = {start_, options_.keptPerSecond, 0};
    const auto end = options_.duration.count() > 0 ? start_ + options_.duration : Moment::max();

    std::array<epoll_event, 256> events{};
    for (auto now = start_;; now = Steady::now()) {
        if (sending_ && (now >= end || readable(stop))) sending_ = false;
        if (!sending_ && !outstanding()) break;
        issueDue(now);
        dispatch();
        expire(now);
        const auto wait = std::max(Micros(0), duration_cast<Micros>(nextWake(now) - now));
        const timespec limit{wait.count() / 1'000'000, wait.count() % 1'000'000 * 1000};
        const int ready = ::epoll_pwait2(epoll_.get(), events.data(), events.size(), &limit, nullptr);
        if (ready < 0 && errno != EINTR) os::fail("wait for answers");
        for (int i = 0; i < ready; ++i) handle(*static_cast<Session*>(events[static_cast<std::size_t>(i)].data.ptr));
        for (auto* session : ended_) sessions_.erase(session);
        ended_.clear();
    }
    const auto now = Steady::now();
    report_.lasted = duration_cast<Micros>(now - start_);
    if (report_.failed() > 0)
        report_.longestGap = std::max(report_.longestGap, duration_cast<Micros>(now - lastAnswer_));
    return report_;
}

void Load::waitForListener(int stop)
{
    const auto end = Steady::now() + options_.waitFor;
    while (Steady::now() < end && !readable(stop)) {
        Session probe(epoll_.get(), Mode::New);
        const bool begun = probe.open(target_) == Session::Opening::Begun;
        epoll_event event{};
        if (begun && ::epoll_wait(epoll_.get(), &event, 1, 100) == 1) probe.advance();
        if (probe.isOpen()) return probe.finish(false);
        ::poll(nullptr, 0, 20);
    }
}

void Load::openKept()
{
    for (int i = 0; i < options_.keptConnections; ++i) {
        auto session = std::make_unique<Session>(epoll_.get(), Mode::Kept, tls_.get());
        if (session->open(target_) == Session::Opening::Begun) ++report_.opened;
        free_.push_back(session.get());
        sessions_.emplace(session.get(), std::move(session));
    }
}

void Load::issueDue(Moment now)
{
    if (!sending_) return;
    for (; newSchedule_.next() <= now; ++newSchedule_.issued) newWaiting_.push_back({Mode::New, newSchedule_.next()});
    for (; keptSchedule_.next() <= now; ++keptSchedule_.issued)
        keptWaiting_.push_back({Mode::Kept, keptSchedule_.next()});
}

void Load::dispatch()
{
    while (!newWaiting_.empty()) {
        auto session = std::make_unique<Session>(epoll_.get(), Mode::New, tls_.get());
        auto& opened = *session;
        sessions_.emplace(session.get(), std::move(session));
        if (!start(opened, newWaiting_.front())) return;
        newWaiting_.pop_front();
    }
    while (!keptWaiting_.empty() && !free_.empty()) {
        auto& session = *free_.front();
        free_.pop_front();
        if (!start(session, keptWaiting_.front())) return;
        keptWaiting_.pop_front();
    }
}

// Whether the request is dealt with; false: the accept queue is full, try again soon.
bool Load::start(Session& session, const Asked& asked)
{
    session.noticeClose(); // As any client does before it uses a kept connection again.
    if (!session.isOpen()) {
        const auto opening = session.open(target_);
        if (opening == Session::Opening::QueueFull) {
            release(session);
            return false;
        }
        if (session.mode() == Mode::Kept && opening == Session::Opening::Begun) ++report_.opened;
        if (opening == Session::Opening::Refused) {
            ++report_.of(asked.mode).sent;
            countFailure(asked, Trouble::Refused);
            release(session);
            return true;
        }
    }
    ++report_.of(asked.mode).sent;
    session.ask(asked, requests_[static_cast<std::size_t>(asked.mode)]);
    return true;
}

void Load::handle(Session& session)
{
    const auto end = session.advance();
    if (!end) return;
    if (end->trouble) return fail(session, *end->trouble);
    if (session.answer().status() / 100 != 2) return fail(session, Trouble::BadStatus);
    countAnswer(session);
}

void Load::fail(Session& session, Trouble trouble)
{
    auto& counts = report_.of(session.mode());
    const bool silent = trouble == Trouble::Unread || trouble == Trouble::Taken;
    if (options_.repeatUnread && silent && session.isReused()) {
        ++counts.repeated;
        --counts.sent; // It will be sent once more.
        keptWaiting_.push_front(*session.asked());
    } else {
        countFailure(*session.asked(), trouble);
    }
    session.finish(false);
    release(session);
}

void Load::countFailure(const Asked& asked, Trouble trouble)
{
    ++report_.of(asked.mode).failures[static_cast<std::size_t>(trouble)];
    if (onEnd) onEnd({asked, Steady::now(), trouble, {}});
}

void Load::countAnswer(Session& session)
{
    const auto now = Steady::now();
    auto& counts = report_.of(session.mode());
    ++counts.answered;
    const auto latency = duration_cast<Micros>(now - session.asked()->due);
    if (latency > options_.slow) ++counts.slow;
    counts.latencies.push_back(static_cast<std::uint32_t>(std::min<std::int64_t>(latency.count(), UINT32_MAX)));
    report_.longestGap = std::max(report_.longestGap, duration_cast<Micros>(now - lastAnswer_));
    lastAnswer_ = now;

    const auto sinceStart = duration_cast<Micros>(now - start_);
    const auto version = session.answer().firstWord();
    const auto [count, isNew] = report_.versions.try_emplace(version, VersionCount{0, sinceStart, sinceStart});
    ++count->second.answered;
    count->second.last = sinceStart;
    if (isNew && onNewVersion) onNewVersion(version, sinceStart, session.mode());
    if (onEnd) onEnd({*session.asked(), now, {}, version});

    session.finish(session.mode() == Mode::Kept && session.answer().keepsAlive());
    release(session);
}

// Its request is over: a kept one waits for the next, another one has done its work.
void Load::release(Session& session)
{
    if (session.mode() == Mode::Kept)
        free_.push_back(&session);
    else
        ended_.push_back(&session);
}

void Load::expire(Moment now)
{
    if (now < nextScan_) return;
    nextScan_ = now + ScanEvery;
    const auto latest = now - options_.timeout;
    for (const auto& [address, session] : sessions_)
        if (session->asked() && session->asked()->due < latest) fail(*session, Trouble::Timeout);
    for (auto* waiting : {&newWaiting_, &keptWaiting_})
        for (; !waiting->empty() && waiting->front().due < latest; waiting->pop_front()) {
            ++report_.of(waiting->front().mode).sent;
            countFailure(waiting->front(), Trouble::Timeout);
        }
}

Moment Load::nextWake(Moment now) const
{
    auto next = nextScan_;
    if (sending_) next = std::min({next, newSchedule_.next(), keptSchedule_.next()});
    if (!newWaiting_.empty() || (!keptWaiting_.empty() && !free_.empty())) next = std::min(next, now + QueueFullPause);
    return next;
}

bool Load::outstanding() const
{
    if (!newWaiting_.empty() || !keptWaiting_.empty()) return true;
    return std::any_of(sessions_.begin(), sessions_.end(),
                       [](const auto& each) { return each.second->asked().has_value(); });
}

} // namespace baton::load
