// Which address of a package is asked next, and after which pause: counts and rules, no network.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace baton::fetch {

/// An address is left alone after so many failures in a row. Before it is asked again, the pause doubles with each.
struct Patience {
    int failures = 4;
    Duration firstPause{500};
    Duration longestPause{60'000};
};

enum class Fault {
    Passing, ///< the connection, or a server that is busy: the same address may do better later
    Lasting  ///< other bytes, another size, no such file: the address would say the same again
};

/// The addresses in the order offered, each with its failures in a row. After a failure the next one is asked at once;
/// only when all have had their turn is there a pause and another round. One whose server asked to stay away is passed
/// over until then, and waited for only when no other is left.
class Addresses {
public:
    /// `failures`: what an earlier process counted, by address; what is missing is 0.
    Addresses(std::size_t count, std::vector<int> failures, const Patience& patience);

    struct Next {
        std::size_t index = 0;
        Duration pause{0};

        friend bool operator==(const Next&, const Next&) = default;
    };

    /// Nothing: each has failed too often.
    std::optional<Next> next(Instant now) const;

    /// The address brought bytes that nobody had brought: it is asked for the rest, and its failures are forgotten.
    void brought(std::size_t index);
    void failed(std::size_t index, Fault fault);

    /// Its server asks not to be asked before then.
    void away(std::size_t index, Instant until) { until_.at(index) = until; }

    const std::vector<int>& failures() const { return failures_; }

private:
    Duration pauseFor(std::size_t index) const;
    std::optional<std::size_t> usableFrom(std::size_t index, Instant now) const;
    Next firstToComeBack(Instant now) const;

    std::vector<int> failures_;
    std::vector<Instant> until_; ///< before which an address is not asked
    Patience patience_;
    std::size_t at_ = 0;  ///< whose turn it is; the number of addresses at a round's end
    bool isRest_ = false; ///< it is asked for the rest of what it brought
};

} // namespace baton::fetch
