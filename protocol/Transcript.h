// JSON written again as it is read, without its blanks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace baton::protocol {

/// Told what a parser finds, in its order. Open from the first bracket to the one that closes it.
class Transcript {
public:
    bool isOpen() const { return depth_ > 0; }

    void open(char bracket);
    void close(char bracket);
    void key(const std::string& name);
    void string(const std::string& value);
    void literal(std::string_view text); ///< a number, true, false or null

    std::string take();

private:
    void next();

    std::string text_;
    int depth_ = 0;
};

} // namespace baton::protocol
