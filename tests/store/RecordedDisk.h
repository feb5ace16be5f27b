// A directory whose every change is recorded, so that the disk can be shown as a loss of power would have left it at
// any of them: what was not synced yet may be there, or not, or in part, each for itself (as ALICE and CrashMonkey do).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace baton::testing {

enum class Kind { File, Directory, Link };

struct Node {
    Kind kind = Kind::Directory;
    mode_t mode = 0700;
    std::string bytes{}; ///< a file's, or where a link points
    std::map<std::string, std::size_t> entries{};
};

/// Node 0 is the top.
using Disk = std::vector<Node>;

using FileId = std::pair<dev_t, ino_t>;

/// Adds what lies at `path` and below it, and says in `nodes` which is which.  @returns the number of its node
std::size_t take(Disk& disk, std::map<FileId, std::size_t>& nodes, const std::filesystem::path& path);

enum class Change { Make, Write, Cut, Mode, Remove, Rename, Sync, Promise };

struct Step {
    Change change = Change::Promise;
    std::size_t node = 0;
    std::size_t directory = 0;
    std::string name{};
    std::size_t toDirectory = 0; ///< of Rename
    std::string toName{};
    std::int64_t offset = 0; ///< of Write and Cut
    std::string bytes{};     ///< of Write; of Promise, what holds from here on
    Node made{};             ///< of Make
    mode_t mode = 0;         ///< of Mode
};

std::string print(const Step& step);

/// Between start() and stop() the calls of this process that change something below the directory are recorded. One at
/// a time.
class RecordedDisk {
public:
    RecordedDisk() = default;
    /// Recorded elsewhere.
    RecordedDisk(Disk before, std::vector<Step> steps);

    /// What lies there now has been there for long.
    void start(const std::filesystem::path& top);
    void stop();

    /// Says that from here on something must hold, whatever is lost.
    void promise(const std::string& what);

    const std::vector<Step>& steps() const { return steps_; }

    /// The `number`-th call from now on that concerns the directory fails with that error, if such a call can; the
    /// calls after it do not. 0: none.
    static void fail(std::size_t number, int error);
    static std::size_t calls(); ///< since then
    static bool hasFailed();    ///< whether it came so far, and could

    /// The steps before the `count`-th that nothing has made durable by then.
    std::vector<std::size_t> pendingAt(std::size_t count) const;

    /// What is left of the first `count` steps. `keep` says of a pending one how much of it: nothing, half (of a
    /// write), all.
    enum class Kept { Nothing, Half, All };
    Disk after(std::size_t count, const std::function<Kept(std::size_t step)>& keep) const;

private:
    bool isDurable(std::size_t step, std::size_t count) const;

    Disk before_;
    std::vector<Step> steps_;
};

/// Makes the files of it below `top`, which must be empty.
void layOut(const Disk& disk, const std::filesystem::path& top);

/// The same for every disk that is the same.
std::string fingerprint(const Disk& disk);

} // namespace baton::testing
