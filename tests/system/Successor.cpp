#include "tests/system/Successor.h"

#include "client/control/Client.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <system_error>

namespace baton::system {
namespace {

fs::path directoryOf(const fs::path& file) { return file.parent_path(); }

void place(const fs::path& file, const fs::path& at)
{
    std::error_code other;
    fs::create_hard_link(file, at, other); // On another file system only a copy can be.
    if (other) fs::copy_file(file, at);
}

} // namespace

fs::path anotherBaton(const Scratch& scratch, const std::string& name)
{
    const auto directory = scratch / name;
    fs::create_directories(directory);
    place(BATON, directory / "baton");
    place(directoryOf(BATON) / "baton-supervisor", directory / "baton-supervisor");
    return directory / "baton";
}

fs::path executableOf(pid_t process) { return fs::read_symlink("/proc/" + std::to_string(process) + "/exe"); }

fs::path Succeeded::slowBaton(const std::string& name, const std::string& whenTakingOver,
                              const std::string& whenTried) const
{
    const auto next = anotherBaton(name);
    const auto real = directoryOf(next) / "real" / "baton-supervisor";
    fs::create_directories(directoryOf(real));
    fs::rename(directoryOf(next) / "baton-supervisor", real);
    place(BATON, directoryOf(real) / "baton");
    const auto script = scratch.write(fs::path(name) / "baton-supervisor",
                                      "#!/bin/sh\nif [ \"$BATON_ROLE\" = take-over ]; then\n:\n" + whenTakingOver +
                                          "\nelse\n:\n" + whenTried + "\nfi\nexec " + real.string() + "\n");
    fs::permissions(script, fs::perms::owner_all);
    return next;
}

int Succeeded::upgrade(const fs::path& to, const std::vector<std::string>& options)
{
    Command command{BATON, {"baton", "upgrade-self", "--state-dir", state.string()}};
    if (!to.empty()) command.arguments.insert(command.arguments.end(), {"--to", to.string()});
    command.arguments.insert(command.arguments.end(), options.begin(), options.end());
    Running running(command, scratch / ("upgrade-" + std::to_string(++upgrades_) + ".log"));
    const int code = running.end();
    upgradeSaid_ = running.said();
    return code;
}

void Succeeded::beginUpgrade(const fs::path& to, pid_t supervisor) const
{
    const auto before = executableOf(supervisor);
    const auto next = directoryOf(to) / "baton-supervisor";
    EXPECT_EQ(control::ask(store().controlSocket(), "upgrade-self " + next.string()), "{\"accepted\":true}\n");
    EXPECT_TRUE(eventually([&] { return executableOf(supervisor) != before; }));
}

// Only words that a shell has in itself: another process would be a child of ours, and reaped by the shell with the
// rest.
void Succeeded::beginSlowUpgrade(pid_t supervisor) const
{
    EXPECT_EQ(::mkfifo(workDoor().c_str(), 0600), 0);
    beginUpgrade(slowBaton("slow", "read go < " + workDoor().string()), supervisor);
}

void Succeeded::letItWork() const { std::ofstream(workDoor()) << "go\n"; }

std::size_t Succeeded::openDescriptors() const
{
    const fs::directory_iterator open("/proc/" + std::to_string(baton->pid()) + "/fd");
    return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

// /proc/net/unix has a line for each connection that was not accepted yet, with the listener's path.
int Succeeded::waitingCommands() const
{
    const auto path = store().controlSocket().string();
    const auto all = readFile("/proc/net/unix");
    int lines = 0;
    for (auto at = all.find(path + '\n'); at != std::string::npos; at = all.find(path + '\n', at + 1)) ++lines;
    return lines - 1; // The listener itself.
}

int Succeeded::pidOfRelease() const
{
    const auto now = status();
    return now.release ? now.release->pid : 0;
}

} // namespace baton::system
