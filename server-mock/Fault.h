// How the server is told to fail, for the next few requests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace baton::mock {

enum class On { Check, Package };

/// Status: only that HTTP status, without a body. Delay: the right answer, `value` milliseconds late. Cut: the
/// connection closes after `value` bytes of the body (0: after half of it). Digest: a check offers wrong digests, a
/// package has one wrong byte. Malformed: a check answers XML that breaks off, a package is an HTML page. Proof: a
/// check is answered with a proof for another answer; of a package it means nothing.
enum class What { Status, Delay, Cut, Digest, Malformed, Proof };

struct Fault {
    int next = 1; ///< how many requests fail so
    On on = On::Check;
    What what = What::Status;
    int value = 0;

    friend bool operator==(const Fault&, const Fault&) = default;
};

/// Reads {"next":3,"on":"check","what":"status","value":503}; `next` is 1 and `value` 0 if they are not said.
/// @throws std::invalid_argument saying what is wrong
Fault parseFault(std::string_view json);

/// Faults are used up in the order in which they came. May be used by many threads.
class FaultQueue {
public:
    /// @throws std::invalid_argument if a number is out of its range
    void add(const Fault& fault);
    void clear();

    /// The fault that this request meets.
    std::optional<Fault> take(On on);

private:
    std::mutex mutex_;
    std::deque<Fault> faults_;
};

} // namespace baton::mock
