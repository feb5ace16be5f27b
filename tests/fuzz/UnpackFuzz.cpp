// Any bytes at all as a payload: unpacked, it stays in its directory, or it is refused.
#include "client/core/Failure.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/stage/PayloadForm.h"
#include "client/stage/Refusal.h"
#include "client/stage/Unpack.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <fcntl.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

namespace {

namespace fs = std::filesystem;
using namespace baton;

void demand(bool holds, const std::string& what)
{
    if (holds) return;
    std::cerr << "broken: " << what << '\n';
    std::abort();
}

// A directory of its own for each process, in memory where there is such a place; gone at the end.
class Jail {
public:
    Jail()
    {
        std::string name =
            (fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path().string()) + "/baton-fuzz-XXXXXX";
        demand(::mkdtemp(name.data()) != nullptr, "no directory to unpack in");
        path_ = fs::canonical(name);
    }
    ~Jail()
    {
        std::error_code none;
        fs::remove_all(path_, none);
    }
    Jail(const Jail&) = delete;
    Jail& operator=(const Jail&) = delete;

    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

// Where following the path one link after the other ends; the links of a circle lead nowhere.
bool endsInside(const fs::path& path, const fs::path& top)
{
    std::error_code circle;
    const auto end = fs::weakly_canonical(path, circle);
    return circle || std::mismatch(top.begin(), top.end(), end.begin(), end.end()).first == top.end();
}

void demandHarmless(const fs::path& top)
{
    for (const auto& entry : fs::recursive_directory_iterator(top)) {
        struct stat status {};
        demand(::lstat(entry.path().c_str(), &status) == 0, "an entry is gone");
        const auto mode = status.st_mode & 07777U;
        if (S_ISLNK(status.st_mode))
            demand(endsInside(entry.path(), top), "a link leads outside");
        else if (S_ISREG(status.st_mode))
            demand(mode == 0644U || mode == 0755U, "a file has another mode");
        else
            demand(S_ISDIR(status.st_mode) && mode == 0755U, "neither file, directory nor link");
        demand(!S_ISREG(status.st_mode) || status.st_nlink == 1, "a file has two names");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const Jail Jailed;
    static const stage::Limits Small{1 << 20, 200, 1 << 16, 100, 1 << 14};
    const auto top = Jailed.path() / "top";
    fs::create_directory(top);
    const os::UniqueFd packed(::memfd_create("packed", MFD_CLOEXEC));
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    os::writeAll(packed.get(), bytes, "packed");
    try {
        const auto form = stage::formOf(bytes.substr(0, stage::FormBytes));
        stage::unpack({packed.get(), static_cast<std::int64_t>(size), form.compression}, top, Small);
        demandHarmless(top);
    } catch (const stage::Refusal& refusal) {
        demand(refusal.code() == code::CopyFailed && *refusal.what() != '\0', "a refusal without a reason");
    } // Anything else, a std::system_error too, is a finding: the payload must not look like trouble of the machine.
    fs::remove_all(top);
    demand(fs::is_empty(Jailed.path()), "something lies beside the directory");
    return 0;
}
