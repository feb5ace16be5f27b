// The files that options name: opened anew each time, so that one that was put in the place of another is seen.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

namespace baton::transport {

/// Opens a file to be read.  @throws std::system_error naming it
using OpenFile = std::function<os::UniqueFd(const std::filesystem::path&)>;

/// With the rights of this process; of a pipe nothing is waited for.
os::UniqueFd openNamed(const std::filesystem::path& file);

/// What is there, at most `longest` bytes of it.  @throws std::system_error
std::string readUpTo(int fd, std::size_t longest, const std::filesystem::path& file);

} // namespace baton::transport
