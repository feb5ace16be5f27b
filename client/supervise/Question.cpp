#include "client/supervise/Question.h"

#include "client/supervise/Environment.h"
#include "client/supervise/Roles.h"

#include <unistd.h>

namespace baton::supervise {

os::SpawnOptions commandQuestion(const Settings& settings, const Patient& patient, const std::string& command)
{
    os::SpawnOptions options;
    options.executable = "/bin/sh";
    options.arguments = {"sh", "-c", command};
    options.environment = programEnvironment(environ);
    options.environment.push_back("BATON_GENERATION=" + std::to_string(patient.generation));
    if (!settings.name.empty()) options.environment.push_back("BATON_PROGRAM=" + settings.name);
    if (!patient.probeSocket.empty()) options.environment.push_back("BATON_PROBE=" + patient.probeSocket);
    options.standardInput = devNull();
    return options;
}

os::SpawnOptions probeQuestion(const Settings& settings, const Patient& patient, const std::string& target)
{
    return roleOptions(settings, settings.prober, {"http-unix", patient.probeSocket, target});
}

} // namespace baton::supervise
