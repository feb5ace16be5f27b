#include "client/supervise/ListenerGuard.h"

#include "client/os/Errors.h"
#include "client/os/Listening.h"
#include "client/os/SocketAddress.h"
#include "client/supervise/KeptPath.h"

#include <sys/inotify.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <exception>
#include <optional>

namespace baton::supervise {
namespace {

constexpr Duration BetweenHangUps{100}; // Who shuts it down in a loop does not keep us busy.
// The change is told a moment before the name is gone.
constexpr Duration UntilTheNameIsGone{20};

} // namespace

struct ListenerGuard::Care {
    Care(Listener& cared, Log& where) : listener(cared), log(where) {}
    ~Care()
    {
        if (removed) log.info(listener.name + " is closed: no generation has it any more");
    }
    Care(const Care&) = delete;
    Care& operator=(const Care&) = delete;

    Listener& listener; // It owns us.
    Log& log;
    std::optional<os::ListenKind> kind;
    os::SocketAddress bound;
    int backlog = 0; // that TCP has, or that unix is given
    std::optional<KeptPath> path;
    loop::Registration hangUp;
    std::optional<Instant> lastHangUp;
    bool mayBlock = false; // The only generation wants it so.
    bool lost = false;     // Nobody can reach it: to be bound anew.
    bool removed = false;

    int socket() const { return listener.socket.get(); }
    bool isTcp() const { return kind == os::ListenKind::Tcp; }
};

ListenerGuard::ListenerGuard(loop::EventLoop& loop, Log& log, ListenerSet& listeners, ShutDown shutDown, Lost lost)
    : loop_(loop),
      log_(log),
      listeners_(listeners),
      shutDown_(std::move(shutDown)),
      lost_(std::move(lost))
{
    lookAfterNew();
}

void ListenerGuard::lookAfterNew()
{
    for (const auto& listener : listeners_.all())
        if (!listener->care && listener->listens) lookAfter(*listener);
}

ListenerGuard::SharedCare ListenerGuard::careFor(Listener& listener)
{
    auto care = std::make_shared<Care>(listener, log_);
    care->kind = os::kindOf(listener.socket.get());
    care->bound = os::nameOf(listener.socket.get());
    return care;
}

std::optional<CareState> ListenerGuard::save(const Listener& listener)
{
    const auto care = std::static_pointer_cast<Care>(listener.care);
    if (!care) return std::nullopt;
    CareState state{care->backlog, care->mayBlock, care->lost, care->removed, {}};
    if (care->path) state.path = care->path->save();
    return state;
}

void ListenerGuard::restore(Listener& listener, const CareState& state)
{
    auto care = careFor(listener);
    care->backlog = state.backlog;
    care->mayBlock = state.mayBlock;
    care->lost = state.lost;
    care->removed = state.removed;
    if (!care->lost) watchForHangUp(care);
    if (state.path) {
        care->path.emplace(*state.path);
        if (!care->lost) watchPath(*care);
    }
    cares_.push_back(care);
    checkPath(*care); // Nobody watched while the supervisor changed.
    listener.care = std::move(care);
}

void ListenerGuard::lookAfter(Listener& listener)
{
    auto care = careFor(listener);
    // Of a Baton that was killed: what became of it meanwhile is not what it should be.
    if (listener.borrowed && listener.address) os::beginToListen(listener.socket.get(), *listener.address);
    care->backlog = backlogOf(*care);
    watchForHangUp(care);
    if (const auto path = os::pathOf(care->bound); path.starts_with('/')) {
        care->path.emplace(path, listener.borrowed);
        watchPath(*care);
    }
    cares_.push_back(care);
    checkPath(*care); // Of a Baton that was killed it may be gone already.
    listener.care = std::move(care);
}

// As TCP has it; unix cannot be asked, and is given what it was told.
int ListenerGuard::backlogOf(const Care& care)
{
    const auto& address = care.listener.address;
    if (const auto has = os::backlogOf(care.socket())) return *has;
    return address && address->backlog != 0 ? address->backlog : INT_MAX;
}

void ListenerGuard::learn(const Listener& listener)
{
    if (const auto care = std::static_pointer_cast<Care>(listener.care)) care->backlog = backlogOf(*care);
}

void ListenerGuard::watchForHangUp(const SharedCare& care)
{
    care->hangUp = loop_.whenHungUp(care->socket(), [this, weak = std::weak_ptr<Care>(care)] {
        if (const auto found = weak.lock()) hungUp(found);
    });
}

void ListenerGuard::watchPath(const Care& care)
{
    if (!inotify_) {
        inotify_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
        if (inotify_) pathWatch_ = loop_.whenReadable(inotify_.get(), [this] { pathsChanged(); });
    }
    constexpr unsigned Changes = IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_DONT_FOLLOW;
    if (!inotify_ || ::inotify_add_watch(inotify_.get(), care.path->watched().c_str(), Changes) < 0)
        log_.warning("the path of " + care.listener.name + " cannot be watched (" + os::describe(errno) +
                     "); it is looked at when a release changes");
}

std::vector<ListenerGuard::SharedCare> ListenerGuard::cares()
{
    std::erase_if(cares_, [](const auto& care) { return care.expired(); });
    std::vector<SharedCare> living;
    for (const auto& care : cares_)
        if (auto found = care.lock()) living.push_back(std::move(found));
    return living;
}

void ListenerGuard::hungUp(const SharedCare& care)
{
    if (!os::isHungUp(care->socket())) {
        int error = 0; // An error that some datagram met: told once it is asked for.
        socklen_t length = sizeof error;
        ::getsockopt(care->socket(), SOL_SOCKET, SO_ERROR, &error, &length);
        return;
    }
    std::string sentence = care->listener.name + " was shut down by a program that has it, for all others too";
    try {
        if (!care->isTcp()) throw std::runtime_error("only TCP can do that; it is bound anew for the next generation");
        os::listenAgain(care->socket(), care->bound, care->backlog);
        log_.error(sentence + "; it listens again, what waited in its queue is lost");
    } catch (const std::exception& e) {
        care->lost = true;
        care->hangUp.reset();
        log_.error(sentence + "; it cannot listen again: " + e.what());
    }
    const auto now = loop_.clock().now();
    if (!care->lost && care->lastHangUp && now - *care->lastHangUp < BetweenHangUps)
        care->hangUp = loop_.after(BetweenHangUps, [this, weak = std::weak_ptr<Care>(care)] {
            if (const auto found = weak.lock()) watchForHangUp(found);
        });
    care->lastHangUp = now;
    shutDown_(sentence);
    tellOfLost();
}

bool ListenerGuard::hasLost() const
{
    return std::any_of(listeners_.all().begin(), listeners_.all().end(), [](const auto& listener) {
        const auto care = std::static_pointer_cast<Care>(listener->care);
        return care && care->lost;
    });
}

// Not in the midst of what found it: a generation that starts just now has it bound anew.
void ListenerGuard::tellOfLost()
{
    if (!hasLost()) return;
    tellLost_ = loop_.after(Duration(0), [this] {
        if (hasLost()) lost_();
    });
}

void ListenerGuard::check(std::size_t running)
{
    for (const auto& care : cares()) {
        if (care->lost) continue;
        checkBacklog(*care);
        checkBlocking(*care, running);
        checkPath(*care);
    }
    tellOfLost();
}

void ListenerGuard::checkBacklog(Care& care)
{
    if (!care.kind || os::socketType(*care.kind) == SOCK_DGRAM) return;
    if (!care.isTcp()) {
        ::listen(care.socket(), care.backlog); // It cannot be asked how long it is.
        return;
    }
    const auto now = os::backlogOf(care.socket());
    if (!now || *now >= care.backlog) return;
    ::listen(care.socket(), care.backlog);
    log_.warning(care.listener.name + " had its backlog cut to " + std::to_string(*now) +
                 " by a program that called listen(); it is " + std::to_string(care.backlog) + " again");
}

// The flag is the socket's, not the process's. A program that is alone may have it as it likes.
void ListenerGuard::checkBlocking(Care& care, std::size_t running)
{
    const int flags = ::fcntl(care.socket(), F_GETFL);
    if ((flags & O_NONBLOCK) != 0) {
        care.mayBlock = false;
    } else if (running == 1) {
        if (!care.mayBlock) log_.info(care.listener.name + " was made blocking by the program, for all who share it");
        care.mayBlock = true;
    } else if (running == 0 || !care.mayBlock) {
        ::fcntl(care.socket(), F_SETFL, flags | O_NONBLOCK);
        care.mayBlock = false;
        if (running > 0)
            log_.warning(care.listener.name + " was made blocking by a program, for all who share it; " +
                         "it is non-blocking again");
    }
}

void ListenerGuard::checkPath(Care& care)
{
    if (!care.path || care.lost || care.path->stands()) return;
    const auto& name = care.listener.name;
    const auto why = care.path->putBack();
    if (why.empty()) {
        log_.warning("the path of " + name + ", " + care.path->path().string() +
                     ", was taken away by a program; it is back, and leads to the same socket");
        return;
    }
    care.lost = true;
    log_.error("the path of " + name + ", " + care.path->path().string() + ", was taken away by a program and cannot " +
               "be put back: " + why + "; it is bound anew for the next generation, until then nobody can connect");
}

void ListenerGuard::checkPaths()
{
    for (const auto& care : cares()) checkPath(*care);
    tellOfLost();
}

void ListenerGuard::pathsChanged()
{
    std::array<char, 4096> events{};
    while (::read(inotify_.get(), events.data(), events.size()) > 0) {
    }
    checkPaths();
    lookAgain_ = loop_.after(UntilTheNameIsGone, [this] { checkPaths(); });
}

void ListenerGuard::beforeStart(std::size_t running)
{
    check(running);
    const auto all = listeners_.all(); // A copy: what is bound anew changes the set.
    for (const auto& listener : all) {
        if (!listener->listens) begin(*listener);
        const auto care = std::static_pointer_cast<Care>(listener->care);
        if (care && care->lost) bindAnew(listener);
    }
    lookAfterNew();
}

void ListenerGuard::begin(Listener& listener)
try {
    os::beginToListen(listener.socket.get(), *listener.address);
    listener.listens = true;
} catch (const std::exception& e) {
    log_.error(std::string("it is tried again with the next generation: ") + e.what());
}

void ListenerGuard::bindAnew(const SharedListener& old)
try {
    const auto care = std::static_pointer_cast<Care>(old->care);
    auto address =
        old->address.value_or(os::ListenAddress{old->name, care->kind.value_or(os::ListenKind::Unix), {}, {}});
    if (!old->address) address.path = os::pathOf(care->bound);
    // Of a path that was gone before we came nobody knows what mode it had.
    if (care->path && care->path->mode() != 0 && !address.mode) address.mode = care->path->mode();
    auto fresh = std::make_shared<Listener>();
    fresh->name = old->name;
    fresh->address = old->address;
    fresh->socket = std::move(os::bindAll(address).front());
    os::beginToListen(fresh->socket.get(), address);
    care->path.reset();
    care->hangUp.reset();
    listeners_.replace(old, std::move(fresh));
    log_.warning(old->name + " is bound anew for the generation that starts");
} catch (const std::exception& e) {
    log_.error(old->name + " cannot be bound anew: " + e.what());
}

void ListenerGuard::letGo(Listener& listener)
{
    auto care = std::static_pointer_cast<Care>(listener.care);
    if (!care) { // It never listened; what is left of it is its path.
        care = careFor(listener);
        if (const auto path = os::pathOf(care->bound); path.starts_with('/')) care->path.emplace(path, false);
        listener.care = care;
    }
    care->removed = true;
    if (care->path) care->path->removeInTheEnd(true);
}

void ListenerGuard::takeBack(Listener& listener)
{
    const auto care = std::static_pointer_cast<Care>(listener.care);
    if (!care) return;
    care->removed = false;
    if (care->path) care->path->removeInTheEnd(false);
}

} // namespace baton::supervise
