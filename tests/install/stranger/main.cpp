// Includes what Baton installs, and is a self-updating program by it.
#include "client/program/Notify.h"
#include "client/service/GracefulHttpServer.h"
#include "client/service/SelfUpdatingApplication.h"
#include "client/verify/EmbeddedKeys.h"

#include <iostream>
#include <type_traits>

class Stranger : public baton::SelfUpdatingApplication {
    int serve(baton::Generation&) override
    {
        static_assert(std::is_destructible_v<baton::GracefulHttpServer>);
        std::cout << (baton::notify("STATUS=here") ? "somebody listens" : "nobody asked")
                  << (baton::verify::embeddedKeys().empty() ? ", and nobody is believed\n" : "\n");
        return EXIT_OK;
    }
};

BATON_MAIN(Stranger)
