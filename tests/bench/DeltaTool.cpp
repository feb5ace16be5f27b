// Makes and applies one patch in a process of its own, so that script/bench can take its time and its memory.
//   baton_delta_tool create ALGORITHM OLD NEW PATCH
//   baton_delta_tool apply OLD PATCH NEW
//   baton_delta_tool measure PROGRAM ARGUMENTS…     prints the seconds and the peak KiB of any other process
#include "client/delta/Apply.h"
#include "client/delta/Create.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

using namespace baton;

os::UniqueFd newFile(const char* path) { return os::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644); }

void create(char** words)
{
    const auto algorithm = delta::algorithmNamed(words[0]);
    if (!algorithm) throw std::invalid_argument("no such algorithm");
    const auto oldFile = os::open(words[1], O_RDONLY);
    const auto newOne = os::open(words[2], O_RDONLY);
    const auto patch = newFile(words[3]);
    const delta::OldFile from(oldFile.get(), words[1]);
    const delta::OldFile to(newOne.get(), words[2]);
    delta::create(*algorithm, from.bytes(), to.bytes(),
                  [&](std::string_view bytes) { os::writeAll(patch.get(), bytes, words[3]); });
}

void apply(char** words)
{
    const auto file = os::open(words[0], O_RDONLY);
    const auto patch = os::open(words[1], O_RDONLY);
    const auto made = newFile(words[2]);
    delta::apply(delta::algorithmOfPatch(patch.get()), delta::OldFile(file.get(), words[0]), patch.get(), std::nullopt,
                 [&](std::string_view bytes) { os::writeAll(made.get(), bytes, words[2]); });
}

// Here and not in the script, since a process inherits the peak of whoever starts it.
int measure(char** words)
{
    const auto begun = std::chrono::steady_clock::now();
    pid_t pid = 0;
    if (::posix_spawnp(&pid, words[0], nullptr, nullptr, words, environ) != 0)
        throw std::runtime_error(std::string("cannot start ") + words[0]);
    int status = 0;
    struct rusage usage {};
    os::check(::wait4(pid, &status, 0, &usage), "wait for a process");
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    std::printf("%.6f %ld\n", took.count(), usage.ru_maxrss);
    return status == 0 ? 0 : 1;
}

} // namespace

int main(int count, char** words)
try {
    const std::string what = count > 1 ? words[1] : "";
    if (what == "create" && count == 6) return create(words + 2), 0;
    if (what == "apply" && count == 5) return apply(words + 2), 0;
    if (what == "measure" && count > 2) return measure(words + 2);
    throw std::invalid_argument("create ALGORITHM OLD NEW PATCH, or apply OLD PATCH NEW");
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
