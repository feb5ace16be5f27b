#include "client/assemble/AskBaton.h"

#include "client/assemble/UsageError.h"
#include "client/control/Client.h"
#include "client/core/Text.h"

#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <system_error>

namespace baton::assemble {

std::string askBaton(const std::filesystem::path& socket, std::string_view command)
try {
    auto answer = control::ask(socket, command);
    if (!answer.empty() || command == "history") return answer;
    throw UsageError("Baton at " + socket.string() +
                         " closed the connection unanswered; it answers root and its own user",
                     exitcode::Unavailable);
} catch (const std::system_error& error) {
    const bool isForbidden = error.code() == std::errc::permission_denied;
    throw UsageError(
        std::string("no Baton answers: ") + error.what() +
            (isForbidden ? "; it answers root and its own user" : "; start one with baton run, or check --state-dir"),
        exitcode::Unavailable);
}

void refuseError(const std::string& answer)
{
    const auto json = nlohmann::json::parse(answer, nullptr, false);
    if (json.is_object() && json.contains("error") && json["error"].is_string())
        throw UsageError("Baton cannot answer: " + escaped(json["error"].get<std::string>()), exitcode::Unavailable);
}

void demand(const std::filesystem::path& socket, const std::string& command, const std::string& refused)
{
    const auto answer = nlohmann::json::parse(askBaton(socket, command), nullptr, false);
    if (answer.is_object() && answer.contains("accepted")) return;
    const auto reason = answer.is_object() && answer.contains("error") && answer["error"].is_string()
                            ? answer["error"].get<std::string>()
                            : std::string("an answer that is not Baton's");
    throw UsageError(refused + ": " + escaped(reason), exitcode::Temporary);
}

int sayAccepted(const Resolved& resolved, std::ostream& out, const std::string& sentence)
{
    out << (resolved.values.isOn("json") ? "{\"accepted\":true}" : sentence) << '\n';
    return exitcode::Ok;
}

} // namespace baton::assemble
