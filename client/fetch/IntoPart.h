// What one exchange brings, written into the part.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/fetch/Bucket.h"
#include "client/fetch/Fetcher.h"
#include "client/fetch/PartFile.h"
#include "client/transport/Transport.h"

#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>

namespace baton::fetch {

/// Why an exchange ended, as far as the next step depends on it.
enum class Cause {
    Connection, ///< nothing wrong with the address: ask it again
    Address,    ///< asking the same address again would bring the same
    Disk,       ///< no address helps
    Stopped     ///< whoever waited does not wait any more
};

Failure diskFailure(const std::exception& error);

/// What goes wrong on our side is noted in cause(), since the transport would take an exception for one of the
/// network's.
class IntoPart : public transport::Receiver {
public:
    /// `begun` is called with the validator of bytes that start from zero, before the first of them is kept.
    IntoPart(PartFile& part, std::int64_t sizeBytes, Watcher& watcher, Throttle& throttle,
             std::function<void(std::string validator)> begun);

    Cause cause() const { return cause_; }

    /// Of a server that is busy; empty if it does not say.
    const std::string& retryAfter() const { return retryAfter_; }

    Result<std::int64_t> begin(const transport::HttpHead& head) override;
    Result<Done> take(std::string_view bytes) override;

private:
    Failure because(Cause cause, Failure failure);

    PartFile& part_;
    std::int64_t sizeBytes_;
    Watcher& watcher_;
    Throttle& throttle_;
    std::function<void(std::string)> begun_;
    std::int64_t have_;
    Cause cause_ = Cause::Connection;
    std::string retryAfter_;
};

} // namespace baton::fetch
