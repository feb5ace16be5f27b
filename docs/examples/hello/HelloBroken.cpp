// A release gone wrong: it says that it is ready and dies half a second later, before it accepts anything.
// SPDX-License-Identifier: Apache-2.0
#include "client/program/Notify.h"

#include <chrono>
#include <thread>

int main()
{
    baton::notifyReady();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return 3;
}
