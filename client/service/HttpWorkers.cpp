#include "client/service/HttpWorkers.h"

#include "client/service/OneRequestSocket.h"

#include <Poco/ErrorHandler.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPServerSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Timestamp.h>

#include <sys/socket.h>

#include <pthread.h>

#include <csignal>

namespace baton::service {
namespace {

using Poco::Net::HTTPResponse;
using Poco::Net::HTTPServerResponseImpl;
using Poco::Net::HTTPServerSession;

Poco::Timespan poco(Duration duration) { return Poco::Timespan(duration.count() * Poco::Timespan::MILLISECONDS); }

void sendBare(HTTPServerSession& session, HTTPResponse::HTTPStatus status) noexcept
try {
    HTTPServerResponseImpl answer(session);
    answer.setVersion(HTTPResponse::HTTP_1_1);
    answer.setStatusAndReason(status);
    answer.setContentLength(0);
    answer.setKeepAlive(false);
    answer.send();
} catch (...) { // The client is gone, or no memory is left: the connection is closed either way.
}

} // namespace

std::thread startQuietThread(const char* name, std::function<void()> body)
{
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread thread(std::move(body));
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::pthread_setname_np(thread.native_handle(), name);
    return thread;
}

HttpWorkers::HttpWorkers(Poco::Net::HTTPRequestHandlerFactory::Ptr factory, const HttpSettings& settings,
                         const KeepAlivePolicy& policy, GiveBack giveBack)
    : factory_(std::move(factory)),
      settings_(settings),
      policy_(policy),
      giveBack_(std::move(giveBack)),
      parameters_(new Poco::Net::HTTPServerParams)
{
    parameters_->setTimeout(poco(settings.ioTimeout));
    parameters_->setKeepAliveTimeout(poco(settings.keepAlive));
    parameters_->setSoftwareVersion(settings.software);
}

void HttpWorkers::start()
{
    for (std::size_t i = 0; i < settings_.workers; ++i)
        threads_.push_back(startQuietThread("baton-http", [this] { run(); }));
}

void HttpWorkers::stop()
{
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
        waiting_.clear();
        // A handler that waits for its client must not keep us.
        for (const auto* connection : answering_) ::shutdown(connection->socket.get(), SHUT_RDWR);
    }
    work_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

void HttpWorkers::submit(std::shared_ptr<HttpConnection> connection)
{
    {
        const std::scoped_lock lock(mutex_);
        if (ending_) return;
        waiting_.push_back(std::move(connection));
    }
    work_.notify_one();
}

std::shared_ptr<HttpConnection> HttpWorkers::next()
{
    std::unique_lock lock(mutex_);
    work_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_) return nullptr;
    auto connection = std::move(waiting_.front());
    waiting_.pop_front();
    answering_.insert(connection.get());
    return connection;
}

void HttpWorkers::run() noexcept
{
    while (auto connection = next()) {
        const auto fate = answer(connection);
        {
            const std::scoped_lock lock(mutex_);
            answering_.erase(connection.get());
        }
        if (fate != Fate::Taken) giveBack_(std::move(connection), fate);
    }
}

Fate HttpWorkers::answer(const std::shared_ptr<HttpConnection>& connection)
{
    auto* socket = new OneRequestSocket(connection, settings_);
    const auto stream = streamOver(socket);
    HTTPServerSession session(stream, parameters_);
    bool stays = false;
    try {
        stays = handle(session, *socket, connection->head);
    } catch (const Poco::Net::MessageException&) {
        // Poco is stricter than we are in places: too many fields, a name too long.
        sendBare(session, HTTPResponse::HTTP_BAD_REQUEST);
    } catch (const Poco::Exception& error) {
        Poco::ErrorHandler::handle(error);
    } catch (const std::exception& error) {
        Poco::ErrorHandler::handle(error);
    } catch (...) {
        Poco::ErrorHandler::handle();
    }
    if (session.socket().impl() != socket) return Fate::Taken;
    return stays && socket->isWhole() ? Fate::Stay : Fate::Close;
}

// Whether the answer, which is sent to its end when this returns, promised that the connection stays.
bool HttpWorkers::handle(HTTPServerSession& session, OneRequestSocket& socket, const RequestHead& head)
{
    Answer answer(session, policy_, head.keepAlive ? Answer::Client::AllowsMore : Answer::Client::WantsClose, socket);
    Poco::Net::HTTPServerRequestImpl request(answer, session, parameters_);
    answer.setDate(Poco::Timestamp());
    answer.setVersion(request.getVersion());
    if (!settings_.software.empty()) answer.set("Server", settings_.software);
    try {
        callHandler(request, answer);
    } catch (...) {
        if (answer.sent())
            socket.giveUp(); // Half an answer must not end like a whole one.
        else
            sendBare(session, HTTPResponse::HTTP_INTERNAL_SERVER_ERROR);
        throw;
    }
    return answer.promisedToStay();
}

void HttpWorkers::callHandler(Poco::Net::HTTPServerRequestImpl& request, Answer& answer)
{
    const std::unique_ptr<Poco::Net::HTTPRequestHandler> handler(factory_->createRequestHandler(request));
    if (!handler) return sendBare(request.session(), HTTPResponse::HTTP_NOT_IMPLEMENTED);
    if (request.getExpectContinue() && answer.getStatus() == HTTPResponse::HTTP_OK) answer.sendContinue();
    handler->handleRequest(request, answer);
    // A handler that detached the socket speaks for itself.
    if (!answer.sent() && request.session().connected())
        sendBare(request.session(), HTTPResponse::HTTP_INTERNAL_SERVER_ERROR);
}

} // namespace baton::service
