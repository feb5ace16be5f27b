// A release gone wrong: it says that it is ready and dies before it accepts anything.
// SPDX-License-Identifier: Apache-2.0
#include "client/program/Notify.h"

int main()
{
    baton::notifyReady();
    return 3;
}
