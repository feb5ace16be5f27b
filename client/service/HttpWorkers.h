// The threads that answer: each takes one request, and gives the connection back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/service/Answer.h"
#include "client/service/HttpConnection.h"
#include "client/service/HttpSettings.h"

#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequestImpl.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <vector>

namespace baton::service {

class OneRequestSocket;

/// What becomes of a connection after an answer.
enum class Fate {
    Stay,  ///< another request may come
    Close, ///< everything was sent; close it gently
    Taken  ///< a handler has it now
};

class HttpWorkers {
public:
    using GiveBack = std::function<void(std::shared_ptr<HttpConnection>, Fate)>;

    /// `giveBack` is called by the workers' threads, for Stay and Close.
    HttpWorkers(Poco::Net::HTTPRequestHandlerFactory::Ptr factory, const HttpSettings& settings,
                const KeepAlivePolicy& policy, GiveBack giveBack);
    ~HttpWorkers() { stop(); }

    void start();

    /// Cuts the connections that are being answered, drops those that wait, and ends the threads. What a handler took
    /// and handed on is not cut: the next release may have it.
    void stop();

    /// A Busy connection with a whole head in its inbox.
    void submit(std::shared_ptr<HttpConnection> connection);

private:
    void run() noexcept;
    std::shared_ptr<HttpConnection> next();
    Fate answer(const std::shared_ptr<HttpConnection>& connection);
    bool handle(Poco::Net::HTTPServerSession& session, OneRequestSocket& socket, const RequestHead& head);
    void callHandler(Poco::Net::HTTPServerRequestImpl& request, Answer& answer);

    Poco::Net::HTTPRequestHandlerFactory::Ptr factory_;
    const HttpSettings& settings_;
    const KeepAlivePolicy& policy_;
    GiveBack giveBack_;
    Poco::Net::HTTPServerParams::Ptr parameters_;
    std::mutex mutex_;
    std::condition_variable work_;
    std::deque<std::shared_ptr<HttpConnection>> waiting_;
    std::unordered_set<HttpConnection*> answering_;
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

/// Starts a thread that no signal is delivered to: those are the main thread's.
std::thread startQuietThread(const char* name, std::function<void()> body);

} // namespace baton::service
