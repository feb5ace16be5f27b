// Keeps a program of somebody else from the network, by seccomp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>

#include <vector>

namespace baton::os {

/// To be taken on by PR_SET_SECCOMP: no socket is made but unix ones and those that ask the kernel, and there is no
/// other way round; everything else is as ever.
std::vector<sock_filter> filterWithoutNetwork();

} // namespace baton::os
