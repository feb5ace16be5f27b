// A self-updating program that says when it is constructed, serves nobody, and ends with the exit code in its
// arguments. SPDX-License-Identifier: Apache-2.0
#include "client/service/SelfUpdatingApplication.h"

#include <Poco/Exception.h>

#include <cstdlib>
#include <iostream>
#include <string>

namespace {

class Ending : public baton::SelfUpdatingApplication {
public:
    Ending() { std::cerr << "constructed\n"; }

private:
    void initialize(Poco::Util::Application& self) override
    {
        SelfUpdatingApplication::initialize(self);
        if (std::getenv("FAIL") != nullptr) throw Poco::NotFoundException("what initialize() needs");
    }

    int serve(baton::Generation& generation) override
    {
        generation.ready();
        return arguments().empty() ? EXIT_USAGE : std::stoi(arguments().front());
    }
};

} // namespace

BATON_MAIN(Ending)
