// A directory and a log that live as long as one test.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <fcntl.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace baton::stage {

class Scratch {
public:
    Scratch()
    {
        auto name = (std::filesystem::temp_directory_path() / "baton-stage-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) os::fail("make a directory for the test");
        path_ = name;
    }
    ~Scratch()
    {
        std::error_code none;
        std::filesystem::remove_all(path_, none);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const std::filesystem::path& path() const { return path_; }

    /// A file below it, its directories made too.
    std::filesystem::path write(const std::string& name, std::string_view bytes, mode_t mode = 0644) const
    {
        const auto path = path_ / name;
        std::filesystem::create_directories(path.parent_path());
        os::writeAll(os::open(path, O_WRONLY | O_CREAT | O_TRUNC, mode).get(), bytes, path);
        return path;
    }

private:
    std::filesystem::path path_;
};

struct KeptLog : Log {
    std::vector<std::string> lines;

    void write(Level, std::string_view message) noexcept override { lines.emplace_back(message); }
};

} // namespace baton::stage
