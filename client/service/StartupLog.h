// Shows what Poco logs while a program starts, which it otherwise would say to nobody.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/AutoPtr.h>
#include <Poco/Channel.h>

namespace baton::service {

/// From its construction to its end, loggers without a channel of their own write to stderr. What the program sets up
/// meanwhile stays.
class StartupLog {
public:
    StartupLog();
    ~StartupLog() { end(); }
    StartupLog(const StartupLog&) = delete;
    StartupLog& operator=(const StartupLog&) = delete;

    void end();

private:
    Poco::AutoPtr<Poco::Channel> channel_;
};

} // namespace baton::service
