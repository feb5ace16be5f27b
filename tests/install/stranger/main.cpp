// Includes what Baton installs, and calls into it.
#include "client/program/Notify.h"
#include "client/service/GracefulHttpServer.h"

#include <iostream>

int main()
{
    static_assert(sizeof(baton::GracefulHttpServer) > 0);
    std::cout << (baton::notify("STATUS=here") ? "somebody listens\n" : "nobody asked\n");
}
