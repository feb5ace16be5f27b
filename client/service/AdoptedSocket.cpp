#include "client/service/AdoptedSocket.h"

#include <Poco/Net/ServerSocketImpl.h>

namespace baton {
namespace {

class AdoptedImpl : public Poco::Net::ServerSocketImpl {
public:
    explicit AdoptedImpl(os::UniqueFd socket)
    {
        reset(socket.release());
        setBlocking(false);
    }
};

// Poco offers the constructor that takes an implementation to subclasses alone.
struct AdoptedSocket : Poco::Net::ServerSocket {
    explicit AdoptedSocket(os::UniqueFd socket) : ServerSocket(new AdoptedImpl(std::move(socket)), true) {}
};

} // namespace

Poco::Net::ServerSocket adoptServerSocket(os::UniqueFd socket) { return AdoptedSocket(std::move(socket)); }

} // namespace baton
