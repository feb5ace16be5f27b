// System calls of a supervisor that fail when the test says so; FaultyCalls.cpp is preloaded into it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "tests/system/FaultyOrder.h"

#include <sys/mman.h>

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace baton::system {

class FaultyCalls {
public:
    explicit FaultyCalls(std::filesystem::path path) : path_(std::move(path))
    {
        const auto file = os::open(path_, O_RDWR | O_CREAT);
        os::check(::ftruncate(file.get(), sizeof(FaultyOrder)), "make " + path_.string());
        void* const mapped = ::mmap(nullptr, sizeof(FaultyOrder), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
        if (mapped == MAP_FAILED) os::fail("map " + path_.string()); // NOLINT(performance-no-int-to-ptr)
        order_ = static_cast<FaultyOrder*>(mapped);
    }
    ~FaultyCalls() { ::munmap(order_, sizeof(FaultyOrder)); }
    FaultyCalls(const FaultyCalls&) = delete;
    FaultyCalls& operator=(const FaultyCalls&) = delete;

    /// With it a Baton, and every one that takes over from it, obeys.
    std::vector<std::string> environment() const
    {
        return {"LD_PRELOAD=" FAULTY_CALLS, "FAULTY_CALLS=" + path_.string()};
    }

    /// From here on; where a path is said, only for files that have it in theirs, when so many were let through.
    void fail(std::string_view call, int error, std::string_view path = {}, unsigned letThrough = 0)
    {
        heal();
        order_->failed = 0;
        order_->call = {};
        call.copy(order_->call.data(), order_->call.size() - 1);
        if (!path.empty()) turnOn(order_->paths[0], path, letThrough);
        order_->error = error;
    }

    /// For files of that path, and no more for those before; there is no moment at which neither fails.
    void failInstead(std::string_view path, unsigned letThrough = 0)
    {
        auto& before = pathThatIsOn();
        turnOn(&before == &order_->paths[0] ? order_->paths[1] : order_->paths[0], path, letThrough);
        before.isOn = 0;
    }

    /// The next one of that path goes through, and then they fail again.
    void letOneThrough() { pathThatIsOn().passed = 1; }

    void heal()
    {
        order_->error = 0;
        for (auto& path : order_->paths) path.isOn = 0;
    }
    unsigned failed() const { return order_->failed; }

private:
    FaultyOrder::Path& pathThatIsOn() { return order_->paths[order_->paths[0].isOn != 0 ? 0 : 1]; }

    static void turnOn(FaultyOrder::Path& path, std::string_view text, unsigned letThrough)
    {
        path.part = {};
        text.copy(path.part.data(), path.part.size() - 1);
        path.passed = letThrough;
        path.isOn = 1;
    }

    std::filesystem::path path_;
    FaultyOrder* order_ = nullptr;
};

} // namespace baton::system
