// An environment variable for the length of one test.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <string>

namespace baton {

class ScopedVariable {
public:
    ScopedVariable(std::string name, const std::string& text) : name_(std::move(name))
    {
        ::setenv(name_.c_str(), text.c_str(), 1);
    }
    ScopedVariable(const ScopedVariable&) = delete;
    ScopedVariable& operator=(const ScopedVariable&) = delete;
    ~ScopedVariable() { ::unsetenv(name_.c_str()); }

private:
    std::string name_;
};

} // namespace baton
