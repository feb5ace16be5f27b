// Public keys that a program was built with: then no others are believed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace baton::verify {

/// One that lives as long as the process. `baton_embed_public_key(TARGET FILE)` writes a source that has one.
struct EmbeddedKey {
    explicit EmbeddedKey(std::string_view pem); ///< one PEM file, of which a copy is kept
};

/// All of them, as one PEM text; empty: this program was built without.
const std::string& embeddedKeys();

} // namespace baton::verify
