#include "client/assemble/Handed.h"

#include "client/core/Text.h"
#include "client/core/WholeNumber.h"
#include "client/os/Errors.h"
#include "client/os/SealedFile.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>

#include <cstdlib>
#include <stdexcept>

namespace baton::assemble {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t Longest = std::size_t{4} * 1024 * 1024;

Json toJson(const Handed& handed)
{
    Json values = Json::object();
    for (const auto& [name, list] : handed.values.held())
        for (const auto& value : list) values[name].push_back({value.text, value.origin});
    Json object = {{"values", values},
                   {"command", handed.command},
                   {"stateDirectory", handed.stateDirectory.string()},
                   {"controlSocket", handed.controlSocket.string()},
                   {"executable", handed.executable.string()},
                   {"listens", handed.listens},
                   {"lock", handed.lock},
                   {"report", handed.report},
                   {"publicKeys", handed.publicKeys},
                   {"needsSignatures", handed.needsSignatures},
                   {"ownNeedsSignatures", handed.ownNeedsSignatures}};
    if (!handed.program.empty()) object["program"] = handed.program;
    for (const auto& program : handed.programs) object["programs"].push_back(toJson(program));
    return object;
}

Handed handedFrom(const Json& object)
{
    Handed handed;
    for (const auto& [name, list] : object.at("values").items()) {
        std::vector<Value> values;
        for (const auto& value : list)
            values.push_back({value.at(0).get<std::string>(), value.at(1).get<std::string>()});
        handed.values.set(name, std::move(values));
    }
    handed.command = object.at("command").get<std::vector<std::string>>();
    handed.stateDirectory = object.at("stateDirectory").get<std::string>();
    handed.controlSocket = object.at("controlSocket").get<std::string>();
    handed.executable = object.at("executable").get<std::string>();
    handed.listens = object.at("listens").get<bool>();
    handed.lock = smallNumberOf(object, "lock");
    handed.report = smallNumberOf(object, "report");
    handed.program = object.value("program", std::string());
    for (const auto& program : object.value("programs", Json::array())) handed.programs.push_back(handedFrom(program));
    handed.publicKeys = object.value("publicKeys", std::string()); // A Baton before did not know of them.
    handed.needsSignatures = object.value("needsSignatures", false);
    handed.ownNeedsSignatures = object.value("ownNeedsSignatures", false);
    return handed;
}

} // namespace

os::UniqueFd seal(const Handed& handed)
{
    // Not as text: a word of the command line is bytes in any encoding, which JSON's text would refuse.
    const auto bytes = Json::to_cbor(toJson(handed));
    return os::sealedFile("baton-settings", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Handed readHanded(int fd)
try {
    return handedFrom(Json::from_cbor(os::readSealed(fd, Longest)));
} catch (const Json::exception& error) {
    throw std::runtime_error(std::string("the settings are damaged: ") + error.what());
}

Handed handedTo(const Handed& handed, const std::string& program)
{
    if (handed.programs.empty()) return handed;
    for (const auto& one : handed.programs)
        if (one.program == program) return one;
    throw std::runtime_error("the settings have no program \"" + program + '"');
}

int settingsDescriptor()
{
    const char* text = std::getenv(SettingsVariable);
    const auto number = parseNumber(text == nullptr ? "" : text);
    if (!number || *number < 3 || *number > 1'000'000)
        throw std::runtime_error(std::string(SettingsVariable) +
                                 " names no descriptor: this is started by baton run, not by hand");
    const auto fd = static_cast<int>(*number);
    os::check(::fcntl(fd, F_SETFD, FD_CLOEXEC), "take the settings");
    return fd;
}

} // namespace baton::assemble
