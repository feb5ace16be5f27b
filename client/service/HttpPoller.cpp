#include "client/service/HttpPoller.h"

#include "client/os/Errors.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace baton::service {
namespace {

constexpr std::size_t EventsAtOnce = 256;
constexpr int AcceptsAtOnce = 64;
constexpr std::size_t Portion = 16'384;
constexpr std::size_t MostDiscarded = 1 << 20;
constexpr Duration AcceptPause(100);
constexpr Duration SpreadStep(20);
constexpr int Forever = -1;

Instant currentTime() { return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()); }

// Descriptors and connections share one number in an event: the bell and the listeners are below every address.
void watch(int epoll, int operation, int fd, std::uint32_t events, std::uint64_t what)
{
    epoll_event event{};
    event.events = events;
    event.data.u64 = what;
    os::check(::epoll_ctl(epoll, operation, fd, &event), "watch a descriptor of the HTTP server");
}

std::string bareAnswer(int status)
{
    return "HTTP/1.1 " + std::to_string(status) + " Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}

// Whether something has come, be it the end.
bool hasNews(int socket)
{
    char byte = 0;
    return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN;
}

} // namespace

HttpPoller::HttpPoller(std::vector<int> listeners, const HttpSettings& settings, std::shared_ptr<ConnectionCount> count,
                       Submit submit)
    : listeners_(std::move(listeners)),
      settings_(settings),
      count_(std::move(count)),
      submit_(std::move(submit)),
      epoll_(os::check(::epoll_create1(EPOLL_CLOEXEC), "make an epoll set")),
      bell_(os::check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "make an eventfd"))
{
    watch(epoll_.get(), EPOLL_CTL_ADD, bell_.get(), EPOLLIN, 0);
}

void HttpPoller::start()
{
    thread_ = startQuietThread("baton-accept", [this] { run(); });
}

void HttpPoller::stop()
{
    if (!thread_.joinable()) return;
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    wake();
    thread_.join();
    for (auto& list : waiting_) list.clear();
    returned_.clear();
}

void HttpPoller::drain(Duration within)
{
    const auto now = currentTime();
    {
        const std::scoped_lock lock(mutex_);
        wanted_ = Drain{now + within * 3 / 4, now + within};
    }
    wake();
}

void HttpPoller::resume()
{
    {
        const std::scoped_lock lock(mutex_);
        wanted_.reset();
    }
    wake();
}

void HttpPoller::giveBack(std::shared_ptr<HttpConnection> connection, Fate fate)
{
    bool first = false;
    {
        const std::scoped_lock lock(mutex_);
        if (ending_) return;
        first = returned_.empty();
        returned_.emplace_back(std::move(connection), fate);
    }
    if (first) wake();
}

void HttpPoller::wake() noexcept
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(bell_.get(), &one, sizeof one);
}

void HttpPoller::complain(const std::string& line) const noexcept
try {
    if (settings_.complaints) settings_.complaints(line);
} catch (...) { // The user's function has nobody else to tell.
}

void HttpPoller::run() noexcept
{
    for (;;) {
        const auto now = currentTime();
        {
            const std::scoped_lock lock(mutex_);
            if (ending_) break;
        }
        try {
            turn(now);
        } catch (const std::exception& error) { // no memory: what is under way goes on, the rest waits a moment
            complain(std::string("the HTTP server: ") + error.what());
            acceptAgain_ = now + AcceptPause;
        }
    }
    if (armed_)
        for (const int listener : listeners_) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener, nullptr);
    count_->accepting(false);
}

void HttpPoller::turn(Instant now)
{
    obey(now);
    armListeners(now);
    std::array<epoll_event, EventsAtOnce> events;
    const int ready = ::epoll_wait(epoll_.get(), events.data(), EventsAtOnce, patience(now));
    now = currentTime();
    for (int i = 0; i < ready; ++i) {
        const auto what = events[static_cast<std::size_t>(i)].data.u64;
        if (what == 0)
            takeReturned(now);
        else if (what <= listeners_.size())
            acceptSome(listeners_[what - 1], now);
        else
            read(*reinterpret_cast<HttpConnection*>(what), now);
    }
    expire(now);
}

void HttpPoller::obey(Instant now)
{
    std::optional<Drain> wanted;
    {
        const std::scoped_lock lock(mutex_);
        wanted = wanted_;
    }
    const bool changes = wanted.has_value() != drain_.has_value();
    if (wanted && (changes || wanted->until != drain_->until))
        idleAtSpread_ = 0; // It may have been taken back between.
    drain_ = wanted;
    if (!changes) return;
    armListeners(now);
    count_->accepting(!drain_); // Only now: whatever was accepted has been counted.
}

// Listeners leave the set while nothing is to be accepted; they would wake us for ever.
void HttpPoller::armListeners(Instant now)
{
    const bool wanted = !drain_ && now >= acceptAgain_ && count_->open() < settings_.mostConnections;
    if (wanted == armed_) return;
    for (std::size_t i = 0; i < listeners_.size(); ++i)
        watch(epoll_.get(), wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, listeners_[i], EPOLLIN, i + 1);
    armed_ = wanted;
}

void HttpPoller::acceptSome(int listener, Instant now)
{
    for (int i = 0; i < AcceptsAtOnce && count_->open() < settings_.mostConnections; ++i) {
        os::UniqueFd accepted(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!accepted) {
            // EAGAIN: another generation was faster. ECONNABORTED: the client thought better of it.
            if (errno == EINTR || errno == ECONNABORTED) continue;
            if (errno != EAGAIN) pauseAccepting(errno, now);
            return;
        }
        complained_ = false;
        const int yes = 1;
        ::setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes); // Says no on a unix socket.
        auto connection =
            std::make_shared<HttpConnection>(std::move(accepted), count_, settings_.longestHead,
                                             settings_.tls.isNull() ? nullptr : settings_.tls->sslContext());
        auto& entered = enter(std::move(connection), Phase::Head, now + settings_.headTimeout);
        watch(epoll_.get(), EPOLL_CTL_ADD, entered.socket.get(), EPOLLIN | EPOLLONESHOT,
              reinterpret_cast<std::uint64_t>(&entered));
    }
}

// No descriptors, no memory, or somebody shut the listener down: a level-triggered set would spin.
void HttpPoller::pauseAccepting(int error, Instant now)
{
    acceptAgain_ = now + AcceptPause;
    if (!complained_) complain("accept a connection: " + os::describe(error) + "; trying again every 100ms");
    complained_ = true;
}

void HttpPoller::takeReturned(Instant now)
{
    std::uint64_t count = 0;
    [[maybe_unused]] const auto length = ::read(bell_.get(), &count, sizeof count); // Before the list is taken.
    std::vector<std::pair<std::shared_ptr<HttpConnection>, Fate>> returned;
    {
        const std::scoped_lock lock(mutex_);
        returned.swap(returned_);
    }
    for (auto& [connection, fate] : returned) {
        if (fate == Fate::Close)
            linger(std::move(connection), now);
        else if (connection->holdsMore()) // Decrypted with what was asked for: no event will tell.
            read(enter(std::move(connection), Phase::Idle, now + settings_.keepAlive + settings_.keepAliveGrace), now);
        else if (connection->inbox.empty())
            arm(enter(std::move(connection), Phase::Idle, now + settings_.keepAlive + settings_.keepAliveGrace));
        else // A pipelined request is here already.
            advance(enter(std::move(connection), Phase::Head, now + settings_.headTimeout), now);
    }
}

void HttpPoller::read(HttpConnection& connection, Instant now)
{
    if (connection.phase == Phase::Lingering) return discard(connection);
    std::array<char, Portion> bytes;
    const auto came = connection.receive(bytes.data(), bytes.size());
    if (came < 0 && (errno == EAGAIN || errno == EINTR)) return arm(connection);
    if (came <= 0) {
        leave(connection); // Gone before it asked for anything.
        return;
    }
    connection.inbox.append(bytes.data(), static_cast<std::size_t>(came));
    if (connection.phase == Phase::Idle) enter(leave(connection), Phase::Head, now + settings_.headTimeout);
    advance(connection, now);
}

// Everything was sent. Bytes that come now would turn our close into a reset, which can overtake the answer.
void HttpPoller::discard(HttpConnection& connection)
{
    std::array<char, Portion> bytes;
    const auto came = ::recv(connection.socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    connection.discarded += came > 0 ? static_cast<std::size_t>(came) : 0;
    const bool again = came > 0 || (came < 0 && (errno == EAGAIN || errno == EINTR));
    if (!again || connection.discarded > MostDiscarded) {
        leave(connection);
        return;
    }
    arm(connection);
}

// Something is in its inbox, and nobody watches it.
void HttpPoller::advance(HttpConnection& connection, Instant now)
{
    auto& inbox = connection.inbox;
    while (inbox.starts_with("\r\n")) inbox.erase(0, 2); // Some clients send one after a body. [RFC 9112, 2.2]

    const auto found = connection.finder.find(inbox);
    if (!found) return arm(connection);
    connection.finder.reset();
    if (const auto* refusal = std::get_if<HeadRefusal>(&*found)) return refuse(leave(connection), refusal->status, now);
    connection.head = std::get<RequestHead>(*found);
    auto owned = leave(connection);
    owned->phase = Phase::Busy;
    submit_(std::move(owned));
}

void HttpPoller::refuse(std::shared_ptr<HttpConnection> connection, int status, Instant now)
{
    const auto answer = bareAnswer(status);
    [[maybe_unused]] const auto sent = connection->send(answer.data(), answer.size());
    linger(std::move(connection), now);
}

HttpConnection& HttpPoller::enter(std::shared_ptr<HttpConnection> connection, Phase phase, Instant deadline)
{
    auto& entered = *connection;
    entered.phase = phase;
    entered.deadline = deadline;
    auto& list = listOf(phase);
    entered.place = list.insert(list.end(), std::move(connection));
    return entered;
}

// Once: who reads it decides whether it is watched again.
void HttpPoller::arm(HttpConnection& connection)
{
    const bool toSend = connection.phase == Phase::Head && connection.awaits(POLLIN) == POLLOUT; // of a handshake
    watch(epoll_.get(), EPOLL_CTL_MOD, connection.socket.get(), (toSend ? EPOLLOUT : EPOLLIN) | EPOLLONESHOT,
          reinterpret_cast<std::uint64_t>(&connection));
}

void HttpPoller::linger(std::shared_ptr<HttpConnection> connection, Instant now)
{
    connection->sayLast();
    arm(enter(std::move(connection), Phase::Lingering, now + settings_.lingerTimeout));
}

std::shared_ptr<HttpConnection> HttpPoller::leave(HttpConnection& connection)
{
    auto owned = *connection.place;
    listOf(connection.phase).erase(connection.place);
    return owned;
}

void HttpPoller::expire(Instant now)
{
    for (const auto phase : {Phase::Head, Phase::Idle, Phase::Lingering}) expire(phase, now);
    if (drain_ && now >= drain_->spreadFrom) spreadClosing(now);
}

void HttpPoller::expire(Phase phase, Instant now)
{
    auto& list = listOf(phase);
    while (!list.empty() && list.front()->deadline <= now) {
        auto& connection = *list.front();
        if (phase == Phase::Idle)
            closeSilent(connection, now);
        else if (phase == Phase::Head && !connection.inbox.empty())
            refuse(leave(connection), 408, now);
        else
            leave(connection);
    }
}

// The request that came in this very moment is answered after all.
void HttpPoller::closeSilent(HttpConnection& connection, Instant now)
{
    if (hasNews(connection.socket.get()))
        arm(enter(leave(connection), Phase::Head, now + settings_.headTimeout));
    else
        linger(leave(connection), now);
}

// So that clients do not all come back at once.
void HttpPoller::spreadClosing(Instant now)
{
    auto& idle = listOf(Phase::Idle);
    if (idleAtSpread_ == 0) idleAtSpread_ = idle.size();
    const auto left = std::max(drain_->until - now, Duration(0)).count();
    const auto whole = std::max<std::int64_t>((drain_->until - drain_->spreadFrom).count(), 1);
    const auto keep = idleAtSpread_ * static_cast<std::size_t>(left) / static_cast<std::size_t>(whole);
    while (idle.size() > keep) closeSilent(*idle.front(), now);
}

// Milliseconds until something is due by the clock.
int HttpPoller::patience(Instant now) const
{
    auto next = Instant::max();
    for (const auto phase : {Phase::Head, Phase::Idle, Phase::Lingering})
        if (!listOf(phase).empty()) next = std::min(next, listOf(phase).front()->deadline);
    if (!drain_ && !armed_) next = std::min(next, now + AcceptPause);
    if (drain_ && !listOf(Phase::Idle).empty()) next = std::min(next, std::max(drain_->spreadFrom, now + SpreadStep));
    if (next == Instant::max()) return Forever;
    return static_cast<int>(std::clamp<std::int64_t>((next - now).count() + 1, 0, 60'000));
}

} // namespace baton::service
