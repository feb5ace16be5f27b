#include "client/assemble/AskBaton.h"
#include "client/assemble/Histories.h"
#include "client/assemble/Talk.h"
#include "client/assemble/UsageError.h"
#include "client/core/Text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iomanip>
#include <ostream>

namespace baton::assemble {
namespace {

/// A line of the history; among those of several programs it says whose.
std::string printFor(const store::HistoryLine& line, const std::string& program)
{
    if (program.empty()) return print(line);
    auto object = nlohmann::ordered_json::parse(print(line));
    object["program"] = program;
    return object.dump();
}

void printTable(const std::vector<store::HistoryLine>& lines, std::ostream& out)
{
    std::size_t from = 4;
    std::size_t version = 7;
    for (const auto& line : lines) {
        from = std::max(from, line.from.size());
        version = std::max(version, line.key.version.size());
    }
    const auto row = [&](const auto& time, const auto& before, const auto& after, auto outcome, const auto& reason) {
        out << std::left << std::setw(22) << time << std::setw(static_cast<int>(from) + 2) << before
            << std::setw(static_cast<int>(version) + 2) << after << std::setw(12) << outcome << reason << '\n';
    };
    row("TIME", "FROM", "VERSION", std::string_view("OUTCOME"), "REASON");
    for (const auto& line : lines)
        row(line.time, line.from.empty() ? std::string("-") : line.from, line.key.version, name(line.outcome),
            line.reason);
}

void printDamage(const ToldHistory& told, std::ostream& err)
{
    if (told.damaged == 0) return;
    err << "baton: " << (told.program.empty() ? "" : told.program + ": ") << told.damaged
        << (told.damaged == 1 ? " line" : " lines")
        << " of history.jsonl cannot be read and are left out; a disk lost something\n";
}

/// At night there may be none to ask: then what it wrote is what there is.
std::vector<ToldHistory> historiesMeantBy(const Resolved& resolved, const Terminal& terminal)
try {
    return askHistories(batonMeantBy(resolved));
} catch (const NobodyAnswers& nobody) {
    if (!resolved.values.has("state-dir")) throw;
    auto written = readHistories(resolved.values.text("state-dir"), resolved.values.text("program"));
    if (written.empty()) throw;
    terminal.err << "baton: " << nobody.why() << "; this is what lies in " << escaped(resolved.values.text("state-dir"))
                 << '\n';
    return written;
}

} // namespace

int historyCommand(const Resolved& resolved, const Terminal& terminal)
{
    const auto all = historiesMeantBy(resolved, terminal);
    for (const auto& told : all) {
        printDamage(told, terminal.err);
        if (resolved.values.isOn("json")) {
            for (const auto& line : told.lines) terminal.out << printFor(line, told.program) << '\n';
            continue;
        }
        if (!told.program.empty()) terminal.out << "program " << told.program << '\n';
        if (told.lines.empty())
            terminal.out << "nothing was updated yet\n";
        else
            printTable(told.lines, terminal.out);
        if (&told != &all.back()) terminal.out << '\n';
    }
    return exitcode::Ok;
}

} // namespace baton::assemble
