// The bytes of one connection, as they come and go.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/StreamSocket.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace baton::transport {

/// Reads through one block, so that a head can be told from the body behind it.
class Stream {
public:
    explicit Stream(const Poco::Net::StreamSocket& socket);

    /// What has come and was not taken yet; waits for something if that is nothing. Empty: the other side has ended.
    /// @throws Poco::Exception when the connection broke, or TLS was cut without a word.
    std::string_view coming();

    /// Whether all that has come was taken.
    bool isEmpty() const { return begin_ == end_; }

    /// The first `count` bytes of coming() are dealt with.
    void take(std::size_t count) { begin_ += count; }

    /// @throws Poco::Exception when not all can be sent.
    void write(std::string_view bytes);

private:
    Poco::Net::StreamSocket socket_;
    std::vector<char> block_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace baton::transport
