// The try-out of a program that links Baton: that it starts at all here, and is what it says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace baton::service {

/// Prints the one-time token of BATON_TRYOUT and a newline; the exit code. A text that is no token of Baton's (1-128
/// hex digits) is refused, so that no try-out prints what somebody else put there.
int answerTryOut(const std::string& token);

} // namespace baton::service
