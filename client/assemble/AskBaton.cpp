#include "client/assemble/AskBaton.h"

#include "client/assemble/Places.h"
#include "client/assemble/UsageError.h"
#include "client/control/Client.h"
#include "client/core/Text.h"

#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <system_error>

namespace baton::assemble {

namespace {

/// Empty also where it answers nobody like us.
std::string answerOf(const Baton& baton, std::string_view command)
try {
    const auto prefix = baton.program.empty() ? std::string() : "program " + baton.program + ' ';
    return control::ask(baton.socket, prefix + std::string(command));
} catch (const std::system_error& error) {
    const auto why = std::string("no Baton answers: ") + error.what();
    if (error.code() == std::errc::permission_denied)
        throw UsageError(why + "; it answers root and its own user", exitcode::Unavailable);
    throw NobodyAnswers(why);
}

} // namespace

Baton batonMeantBy(const Resolved& resolved) { return {socketToAsk(resolved.values), resolved.values.text("program")}; }

std::string askBaton(const Baton& baton, std::string_view command)
{
    auto answer = answerOf(baton, command);
    if (!answer.empty() || command == "history") return answer;
    throw UsageError("Baton at " + baton.socket.string() +
                         " closed the connection unanswered; it answers root and its own user",
                     exitcode::Unavailable);
}

std::vector<Baton> eachProgramOf(const Baton& baton)
{
    if (!baton.program.empty()) return {baton};
    const auto status = nlohmann::json::parse(answerOf(baton, "status"), nullptr, false);
    if (!status.is_object() || !status.contains("programs")) return {baton};
    std::vector<Baton> all;
    for (const auto& [program, ignored] : status["programs"].items()) all.push_back({baton.socket, program});
    return all;
}

void refuseError(const std::string& answer)
{
    const auto json = nlohmann::json::parse(answer, nullptr, false);
    if (json.is_object() && json.contains("error") && json["error"].is_string())
        throw UsageError("Baton cannot answer: " + escaped(json["error"].get<std::string>()),
                         json.contains("usage") ? exitcode::Usage : exitcode::Unavailable);
}

void demand(const Baton& baton, const std::string& command, const std::string& refused)
{
    const auto answer = nlohmann::json::parse(askBaton(baton, command), nullptr, false);
    if (answer.is_object() && answer.contains("accepted")) return;
    const auto reason = answer.is_object() && answer.contains("error") && answer["error"].is_string()
                            ? answer["error"].get<std::string>()
                            : std::string("an answer that is not Baton's");
    const bool isUsage = answer.is_object() && answer.contains("usage");
    throw UsageError(refused + ": " + escaped(reason), isUsage ? exitcode::Usage : exitcode::Temporary);
}

int sayAccepted(const Resolved& resolved, std::ostream& out, const std::string& sentence)
{
    out << (resolved.values.isOn("json") ? "{\"accepted\":true}" : sentence) << '\n';
    return exitcode::Ok;
}

} // namespace baton::assemble
