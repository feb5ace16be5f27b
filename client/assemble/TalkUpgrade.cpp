// `baton upgrade-self`: has another Baton take over, and waits until that one answers.
#include "client/assemble/AskBaton.h"
#include "client/assemble/Become.h"
#include "client/assemble/Talk.h"
#include "client/assemble/UsageError.h"
#include "client/core/Text.h"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <ostream>
#include <string>

namespace baton::assemble {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

// `baton` is what people know; of the two it is the supervisor that takes over. A program that carries Baton in it is
// both.
fs::path supervisorOf(const fs::path& named)
{
    const auto path = fs::weakly_canonical(fs::absolute(named));
    if (::access(path.c_str(), X_OK) != 0 || !fs::is_regular_file(path))
        throw UsageError("--to: " + escaped(path.string()) + " is no file that can be executed", exitcode::NoInput);
    return path.filename() == "baton" ? helperExecutable(path, "baton-supervisor") : path;
}

} // namespace

int upgradeSelfCommand(const Resolved& resolved, const Terminal& terminal)
{
    const auto baton = batonMeantBy(resolved);
    const auto to = resolved.values.has("to") ? supervisorOf(resolved.values.text("to")).string() : std::string();
    demand(baton, to.empty() ? "upgrade-self" : "upgrade-self " + to, "no other Baton takes over");
    auto answer = Json::parse(askBaton(baton, "upgraded"), nullptr, false);
    while (answer.is_object() && answer.contains("pending")) {
        terminal.pause();
        answer = Json::parse(askBaton(baton, "upgraded"), nullptr, false);
    }
    if (!answer.is_object() || answer.contains("error"))
        throw UsageError("the Baton that runs goes on: " +
                             escaped(answer.is_object() ? answer.value("error", "") : "its answer is none", 1000),
                         exitcode::Temporary);
    if (resolved.values.isOn("json"))
        terminal.out << answer.dump() << '\n';
    else
        terminal.out << "Baton " << escaped(answer.value("to", "")) << " has taken over from "
                     << escaped(answer.value("from", "")) << ": " << escaped(answer.value("executable", ""), 4096)
                     << '\n';
    return exitcode::Ok;
}

} // namespace baton::assemble
