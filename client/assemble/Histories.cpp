#include "client/assemble/Histories.h"

#include "client/assemble/Places.h"
#include "client/assemble/UsageError.h"
#include "client/core/Text.h"
#include "client/os/Files.h"
#include "client/store/Store.h"

#include <algorithm>
#include <system_error>

namespace baton::assemble {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t LongestHistory = 64 * 1024 * 1024; // As a Baton that runs would tell.

ToldHistory parse(const std::string& program, const std::string& text)
{
    ToldHistory told{program};
    for (const auto line : split(text, '\n')) {
        if (auto parsed = store::parseHistoryLine(std::string(line)))
            told.lines.push_back(std::move(*parsed));
        else if (const auto letGo = store::parseLetGo(std::string(line)))
            told.letGo = *letGo;
        else if (!line.empty())
            ++told.damaged;
    }
    return told;
}

bool isStateDirectory(const fs::path& directory)
{
    std::error_code none;
    const store::Store store(directory);
    return fs::exists(store.historyFile(), none) || fs::exists(store.stateFile(), none);
}

ToldHistory read(const std::string& program, const fs::path& directory)
try {
    return parse(program, os::readWhole(store::Store(directory).historyFile(), LongestHistory).value_or(std::string()));
} catch (const std::system_error& error) {
    throw UsageError(std::string("the history cannot be read: ") + error.what() + "; check --state-dir and its mode",
                     exitcode::NoInput);
}

} // namespace

std::vector<std::string> programsIn(const fs::path& directory)
{
    std::vector<std::string> names;
    std::error_code none;
    for (fs::directory_iterator entry(programDirectory(directory, {}), none), end; entry != end; entry.increment(none))
        if (isStateDirectory(entry->path())) names.push_back(entry->path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

ToldHistory askHistory(const Baton& baton)
{
    const auto answer = askBaton(baton, "history");
    refuseError(answer);
    return parse({}, answer);
}

std::vector<ToldHistory> askHistories(const Baton& baton)
{
    const auto batons = eachProgramOf(baton);
    std::vector<ToldHistory> all;
    for (const auto& one : batons) {
        all.push_back(askHistory(one));
        if (batons.size() > 1) all.back().program = one.program;
    }
    return all;
}

std::vector<ToldHistory> readHistories(const fs::path& directory, const std::string& program)
{
    std::vector<ToldHistory> all;
    if (!program.empty()) {
        const auto own = programDirectory(directory, program);
        if (isStateDirectory(own)) all.push_back(read({}, own));
        return all;
    }
    for (const auto& name : programsIn(directory)) all.push_back(read(name, programDirectory(directory, name)));
    if (all.empty() && isStateDirectory(directory)) all.push_back(read({}, directory));
    return all;
}

} // namespace baton::assemble
