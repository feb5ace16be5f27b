// What somebody writes who knows Poco and has not read our documentation.
// SPDX-License-Identifier: Apache-2.0
#include "client/service/SelfUpdatingApplication.h"

#include <iostream>

namespace {

class Mistaken : public baton::SelfUpdatingApplication {
    int serve(baton::Generation&) override { return EXIT_OK; }
};

} // namespace

POCO_SERVER_MAIN(Mistaken)
