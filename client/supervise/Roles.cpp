#include "client/supervise/Roles.h"

#include "client/os/Files.h"
#include "client/supervise/Environment.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

namespace baton::supervise {

int devNull()
{
    static const auto file = os::open("/dev/null", O_RDWR);
    return file.get();
}

os::SpawnOptions roleOptions(const Settings& settings, const RoleCommand& role,
                             const std::vector<std::string>& arguments, const std::vector<int>& passed)
{
    os::SpawnOptions options;
    options.executable = role.arguments.front();
    options.arguments = role.arguments;
    options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
    options.environment = roleEnvironment(environ);
    options.environment.insert(options.environment.end(), role.environment.begin(), role.environment.end());
    options.environment.emplace_back("BATON_SETTINGS=3");
    options.standardInput = devNull();
    options.ignored = {SIGPIPE, SIGTTOU}; // A log that nobody takes is no reason to end, nor to be stopped.
    options.endsWithUs = true;            // The next supervisor starts its own; two of them would write the same files.
    options.passed = {settings.settingsFd >= 0 ? settings.settingsFd : devNull()};
    options.passed.insert(options.passed.end(), passed.begin(), passed.end());
    return options;
}

} // namespace baton::supervise
