// The chat of docs/examples under a Baton that updates it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/system/Guest.h"
#include "tests/system/Successor.h"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace baton::system {

struct UpdatedChat : Succeeded {
    // LeakSanitizer halts a process that ends, to look at it, and waits for ever where Baton's SIGCONT comes in that
    // moment: the chat ends as soon as it is told to.
    UpdatedChat()
    {
        const char* const options = std::getenv("ASAN_OPTIONS");
        ::setenv("ASAN_OPTIONS", ((options != nullptr ? options : "") + std::string(":detect_leaks=0")).c_str(), 1);
    }

    ::testing::AssertionResult servesChat(std::vector<std::string> options, const std::string& probation)
    {
        RunOptions chat{{scratch.copyOf(CHAT, "1.0.0").string()}, std::move(options), {"chat=127.0.0.1:0"}};
        chat.probation = probation;
        return serves(chat);
    }

    bool has(const std::string& guests) const { return status().release && status().release->status == guests; }
    bool candidateHas(const std::string& guests) const
    {
        return status().candidate && status().candidate->status == guests;
    }
};

} // namespace baton::system
