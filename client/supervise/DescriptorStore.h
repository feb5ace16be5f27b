// Descriptors that a generation gave away so that they outlive it: its clients' connections, a memfd with its state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/os/UniqueFd.h"
#include "client/supervise/Snapshot.h"

#include <functional>
#include <list>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace baton::supervise {

struct StoredDescriptor {
    std::string name;
    os::UniqueFd descriptor;
    int storedBy = 0;      ///< the generation that stored it last
    bool polls = true;     ///< it goes when its other end is gone
    std::set<int> holders; ///< the generations that have stored it or been given it
    std::set<int> users;   ///< those of them that were given it, and have not stored it since
    loop::Registration hungUp;

    void giveTo(int generation);
};

/// At most 64, whichever generations they come from. What is stored stays until it is removed, or, if it is polled,
/// until the other end is gone.  [sd_notify(3), FDSTORE]
class DescriptorStore {
public:
    static constexpr std::size_t Most = 64;

    /// `changed` is called when there is something new to give away.
    DescriptorStore(loop::EventLoop& loop, Log& log, std::function<void()> changed);

    /// What is there already under whatever name is not kept twice; what is too much is closed, and the log says so.
    void put(const std::string& name, std::vector<os::UniqueFd> descriptors, int generation, bool polls);
    void remove(const std::string& name);
    /// A generation is ready to be given what it does not hold.
    void awaited() const { changed_(); }
    /// What that generation gave away may come back to it, since it takes up its work again; what another one uses
    /// does when that has stored it or ended.
    void giveBack(int generation);

    std::vector<StoredState> save() const;
    void restore(const std::vector<StoredState>& states);

    std::size_t size() const { return all_.size(); }

    /// What that generation may be given, in the order in which it came: all that it does not hold, but for what one of
    /// the `living` was given itself and has not stored since. That is in use there, whoever else has stored it.
    std::vector<StoredDescriptor*> freeFor(int generation, const std::set<int>& living);

    /// Calls `give` for that, once for each name, with all of that name. False from it ends this, and is the result;
    /// what was given is not offered again.
    using Give = std::function<bool(const std::string& name, std::span<const int> descriptors)>;
    bool giveNew(int generation, const std::set<int>& living, const Give& give);

private:
    StoredDescriptor* find(int descriptor);
    void watch(StoredDescriptor& stored);

    loop::EventLoop& loop_;
    Log& log_;
    std::function<void()> changed_;
    std::list<StoredDescriptor> all_;
};

} // namespace baton::supervise
