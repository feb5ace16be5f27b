// The sentence with which a payload is turned down for good.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Failure.h"

#include <stdexcept>
#include <string>

namespace baton::stage {

/// These bytes are wrong and will be wrong again; a std::system_error, on the other hand, is the machine's trouble.
class Refusal : public std::runtime_error {
public:
    explicit Refusal(const std::string& sentence, int code = code::CopyFailed)
        : std::runtime_error(sentence),
          code_(code)
    {
    }

    int code() const noexcept { return code_; } ///< one of baton::code

private:
    int code_;
};

} // namespace baton::stage
