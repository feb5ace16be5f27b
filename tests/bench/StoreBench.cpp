// What it costs to write the supervisor's state down so that it survives a power cut, and to read it.
#include "client/store/Store.h"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace baton::store {
namespace {

struct Directory {
    std::filesystem::path path;

    explicit Directory(const std::filesystem::path& parent)
    {
        auto name = (parent / "baton-bench-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no directory can be made as " + name);
        path = name;
    }
    ~Directory()
    {
        std::error_code none;
        std::filesystem::remove_all(path, none);
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
};

State typicalState()
{
    State state;
    state.current = ReleaseKey{"1.4.0", std::string(64, 'a')};
    state.previous = ReleaseKey{"1.3.0", std::string(64, 'b')};
    state.install = Install{{"1.5.0", std::string(64, 'c')}, InstallStep::Started, 1};
    state.blocked = {
        {{"1.2.0", std::string(64, 'd')}, "it ended with exit code 3 on probation", "2026-11-23T18:00:00Z"}};
    for (int number = 7; number < 9; ++number)
        state.generations.push_back({number, GenerationRole::Serving, *state.current, 4711, 123456789, "boot"});
    state.lastGeneration = 8;
    return state;
}

void save(benchmark::State& state, const std::filesystem::path& parent)
{
    const Directory directory(parent);
    const Store store(directory.path);
    store.create();
    const auto value = typicalState();
    for (auto _ : state) store.save(value);
}

void SaveState(benchmark::State& state) { save(state, std::filesystem::current_path()); }
BENCHMARK(SaveState)->UseRealTime();

void SaveStateInMemory(benchmark::State& state) { save(state, "/dev/shm"); }
BENCHMARK(SaveStateInMemory)->UseRealTime();

void ParseState(benchmark::State& state)
{
    const auto text = print(typicalState());
    for (auto _ : state) benchmark::DoNotOptimize(parseState(text));
}
BENCHMARK(ParseState);

} // namespace
} // namespace baton::store
