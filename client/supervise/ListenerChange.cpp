#include "client/supervise/ListenerChange.h"

#include "client/os/Listening.h"
#include "client/os/SocketAddress.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <list>
#include <utility>

namespace baton::supervise {
namespace {

/// The sockets at one address: one, or those of a group.
struct Place {
    os::ListenAddress address; ///< with the name that it has until now
    std::vector<SharedListener> sockets{};
    bool isPassed = false; ///< the next generation would get it
    bool isFresh = false;  ///< bound for this change
    bool stays = false;    ///< under its name, whatever was wanted
};

/// A listener that is wanted, and which place it gets.
struct Wish {
    os::ListenAddress wanted;
    Place* place = nullptr;
    bool isRefused = false;
};

bool isLost(const Listener& listener)
{
    const auto care = ListenerGuard::save(listener);
    return care && care->lost;
}

bool isWrittenTheSame(os::ListenAddress left, const os::ListenAddress& right)
{
    left.name = right.name;
    left.backlog = right.backlog;
    left.sockets = right.sockets;
    left.mode = right.mode;
    left.owner = right.owner;
    left.group = right.group;
    return left == right;
}

// Port 0 is another place each time, but for the listener that has it.
bool isAt(const Place& place, const os::ListenAddress& wanted)
{
    const bool isUnix = os::isUnix(wanted.kind);
    if (!isUnix && wanted.address.port == 0)
        return place.address.name == wanted.name && isWrittenTheSame(place.address, wanted);
    if (isWrittenTheSame(place.address, wanted)) return true;
    const auto& first = *place.sockets.front();
    return !isUnix && first.listens && os::isBoundTo(first.socket.get(), wanted);
}

// One of them may keep the other from being bound, as 127.0.0.1:80 does to 0.0.0.0:80.
bool maybeInTheWay(const Place& place, const os::ListenAddress& wanted)
{
    if (os::isUnix(wanted.kind)) return os::isUnix(place.address.kind) && place.address.path == wanted.path;
    return place.address.kind == wanted.kind &&
           os::hostPortOf(os::nameOf(place.sockets.front()->socket.get())).port == wanted.address.port;
}

class Change {
public:
    Change(const std::vector<os::ListenAddress>& wanted, ListenerSet& listeners,
           const std::vector<SharedListener>& held, ListenerGuard& guard)
        : listeners_(listeners),
          guard_(guard)
    {
        findPlaces(held);
        for (const auto& address : wanted)
            if (!isSystemds(address.name)) wishes_.push_back({address});
    }

    void decide()
    {
        refuseOtherGroups();
        claim([](const Place& place, const Wish& wish) { return place.isPassed && isNamed(place, wish); });
        claim([](const Place& place, const Wish& wish) { return isNamed(place, wish); });
        claim([](const Place& place, const Wish&) { return place.isPassed; });
        claim([](const Place&, const Wish&) { return true; });
        bindRest();
        keepForTheRefused();
    }

    void carryOut()
    {
        for (const auto& place : places_)
            if (leaves(place)) sayThatItLeaves(place);
        for (const auto& wish : wishes_)
            if (wish.place != nullptr) sayWhatItGets(wish); // By the names that were.
        std::vector<SharedListener> next;
        for (const auto& listener : listeners_.all())
            if (!listener->address) next.push_back(listener);
        for (const auto& place : places_) {
            if (isKept(place))
                next.insert(next.end(), place.sockets.begin(), place.sockets.end());
            else if (place.isPassed || place.isFresh)
                for (const auto& listener : place.sockets) guard_.letGo(*listener);
        }
        for (const auto& wish : wishes_)
            if (wish.place != nullptr) give(*wish.place, wish.wanted);
        listeners_.become(std::move(next));
    }

    ReloadReport report;

private:
    using Fits = std::function<bool(const Place& place, const Wish& wish)>;

    static bool isNamed(const Place& place, const Wish& wish) { return place.address.name == wish.wanted.name; }

    void findPlaces(const std::vector<SharedListener>& held)
    {
        const auto& passed = listeners_.all();
        for (const auto& listener : held) {
            const bool isPassed = std::find(passed.begin(), passed.end(), listener) != passed.end();
            if (!listener->address || (!isPassed && isLost(*listener))) continue;
            const auto found = std::find_if(places_.begin(), places_.end(), [&](const auto& place) {
                return place.isPassed == isPassed && place.address == *listener->address;
            });
            if (found != places_.end())
                found->sockets.push_back(listener);
            else
                places_.push_back({*listener->address, {listener}, isPassed});
        }
    }

    bool isSystemds(const std::string& name) const
    {
        return std::any_of(listeners_.all().begin(), listeners_.all().end(),
                           [&](const auto& listener) { return listener->name == name && !listener->address; });
    }

    const Place* ownOf(const std::string& name) const
    {
        const auto found = std::find_if(places_.begin(), places_.end(), [&](const auto& place) {
            return place.isPassed && place.address.name == name;
        });
        return found == places_.end() ? nullptr : &*found;
    }

    const Wish* wishFor(const Place& place) const
    {
        const auto found =
            std::find_if(wishes_.begin(), wishes_.end(), [&](const auto& wish) { return wish.place == &place; });
        return found == wishes_.end() ? nullptr : &*found;
    }

    bool isKept(const Place& place) const { return place.stays || wishFor(place) != nullptr; }
    bool leaves(const Place& place) const { return place.isPassed && !isKept(place); }

    void refuse(Wish& wish, const std::string& why)
    {
        wish.place = nullptr;
        wish.isRefused = true;
        report.refused.push_back(why);
    }

    void refuseOtherGroups()
    {
        for (auto& wish : wishes_) {
            const auto* own = ownOf(wish.wanted.name);
            if (own != nullptr && own->address.sockets != wish.wanted.sockets) refuseGroup(wish, *own);
        }
    }

    void refuseGroup(Wish& wish, const Place& place)
    {
        refuse(wish, place.address.name + " keeps its " + std::to_string(place.address.sockets) +
                         (place.address.sockets == 1 ? " socket" : " sockets") + " and " +
                         (isNamed(place, wish) ? "" : wish.wanted.name + ' ') + "does not get " +
                         std::to_string(wish.wanted.sockets) +
                         ": each has a queue of its own, and a group changes only when Baton is started anew");
    }

    void claim(const Fits& fits)
    {
        for (auto& wish : wishes_) {
            if (wish.isRefused || wish.place != nullptr) continue;
            try {
                const auto sockets = static_cast<std::size_t>(wish.wanted.sockets);
                const auto found = std::find_if(places_.begin(), places_.end(), [&](const auto& place) {
                    return fits(place, wish) && place.sockets.size() == sockets && wishFor(place) == nullptr &&
                           isAt(place, wish.wanted);
                });
                if (found != places_.end()) wish.place = &*found;
            } catch (const std::exception& e) { // Its host cannot be resolved.
                refuse(wish, e.what());
            }
        }
    }

    void bindRest()
    {
        for (auto& wish : wishes_) {
            if (wish.isRefused || wish.place != nullptr) continue;
            try {
                const auto other = std::find_if(places_.begin(), places_.end(), [&](const auto& place) {
                    return place.address.sockets != wish.wanted.sockets && isAt(place, wish.wanted);
                });
                if (other != places_.end()) {
                    refuseGroup(wish, *other);
                    continue;
                }
                places_.push_back({wish.wanted, ListenerSet::bound(wish.wanted), false, true});
                wish.place = &places_.back();
            } catch (const std::exception& e) {
                refuse(wish, e.what());
            }
        }
    }

    // Who is refused keeps what he had, and nobody leaves the place that he was to take: that may refuse others.
    void keepForTheRefused()
    {
        for (bool again = true; std::exchange(again, false);)
            for (std::size_t i = 0; i < wishes_.size(); ++i) {
                if (!wishes_[i].isRefused) continue;
                for (auto& place : places_)
                    if (place.isPassed && !place.stays &&
                        (isNamed(place, wishes_[i]) || maybeInTheWay(place, wishes_[i].wanted))) {
                        keep(place, wishes_[i].wanted.name);
                        again = true;
                    }
            }
    }

    void keep(Place& place, const std::string& because)
    {
        place.stays = true;
        const auto& name = place.address.name;
        bool isWanted = name == because;
        for (auto& wish : wishes_) {
            isWanted = isWanted || wish.wanted.name == name;
            if (wish.isRefused || (wish.place == &place) == isNamed(place, wish)) continue;
            refuse(wish, wish.wanted.name + " is not changed: " + name + " stays " + print(place.address) + ", since " +
                             because + " was refused");
        }
        if (!isWanted) report.refused.push_back(name + " is not removed, since " + because + " was refused");
    }

    void sayThatItLeaves(const Place& place)
    {
        const auto& name = place.address.name;
        const bool moves = std::any_of(wishes_.begin(), wishes_.end(),
                                       [&](const auto& wish) { return wish.place && wish.wanted.name == name; });
        if (!moves)
            report.changed.push_back(name + " is removed: the next generation does not get it, and it is closed once " +
                                     "none has it");
    }

    void sayWhatItGets(const Wish& wish)
    {
        const auto& name = wish.wanted.name;
        const auto& place = *wish.place;
        const auto wanted = print(wish.wanted);
        const auto* own = ownOf(name);
        if (own == &place) {
            if (place.address != wish.wanted) report.changed.push_back(name + " is " + wanted + " from now on");
        } else if (own != nullptr) {
            report.changed.push_back(name + " is " + wanted + " for the next generation, and was " +
                                     print(own->address));
        } else if (place.isPassed) {
            report.changed.push_back(name + '=' + wanted + " is for the next generation what was " +
                                     place.address.name + ": the same socket");
        } else {
            report.changed.push_back(name + '=' + wanted + " is added for the next generation" +
                                     (place.isFresh ? "" : ": the socket that is still open there"));
        }
    }

    void give(const Place& place, const os::ListenAddress& wanted)
    {
        auto address = place.address;
        address.name = wanted.name;
        for (const auto& listener : place.sockets) {
            listener->name = wanted.name;
            listener->address = address;
            guard_.takeBack(*listener);
        }
        if (place.isFresh || address == wanted) return;
        try {
            if (os::isUnix(wanted.kind)) os::applyOwnership(wanted);
            for (const auto& listener : place.sockets) {
                if (listener->listens) os::beginToListen(listener->socket.get(), wanted);
                listener->address = wanted;
                guard_.learn(*listener);
            }
        } catch (const std::exception& e) {
            report.refused.emplace_back(e.what());
        }
    }

    ListenerSet& listeners_;
    ListenerGuard& guard_;
    std::list<Place> places_; // Wishes point to them.
    std::vector<Wish> wishes_;
};

} // namespace

ReloadReport applyListeners(const std::vector<os::ListenAddress>& wanted, ListenerSet& listeners,
                            const std::vector<SharedListener>& held, ListenerGuard& guard)
{
    Change change(wanted, listeners, held, guard);
    change.decide();
    change.carryOut();
    listeners.arrange(wanted);
    return change.report;
}

std::vector<os::ListenAddress> acceptedOf(const std::vector<os::ListenAddress>& wanted, const ListenerSet& listeners)
{
    std::vector<os::ListenAddress> accepted;
    const auto hasName = [](const std::string& name) { return [&name](const auto& one) { return one.name == name; }; };
    for (const auto& address : wanted) {
        const auto found = std::find_if(listeners.all().begin(), listeners.all().end(),
                                        [&](const auto& listener) { return listener->name == address.name; });
        if (found != listeners.all().end()) accepted.push_back((*found)->address.value_or(address));
    }
    for (const auto& listener : listeners.all())
        if (listener->address && std::none_of(accepted.begin(), accepted.end(), hasName(listener->name)))
            accepted.push_back(*listener->address);
    return accepted;
}

} // namespace baton::supervise
