// A SHA-256 that grows with the bytes it is fed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace baton::verify {

/// Feed it, then ask once. OpenSSL reads its configuration file, which may load code, at the first digest of a process:
/// whoever starts one that verifies leaves OPENSSL_CONF out of its environment.
class Sha256 {
public:
    /// @throws std::runtime_error if OpenSSL has no SHA-256 to give.
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void update(std::string_view bytes);

    /// 64 lower-case hex digits. Nothing may be fed after it.
    std::string finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The digest of a text.
std::string sha256Of(std::string_view bytes);

} // namespace baton::verify
