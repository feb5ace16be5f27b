#include "tests/system/Relay.h"

#include "client/control/Client.h"
#include "client/core/Text.h"
#include "client/os/SocketAddress.h"
#include "client/os/Sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

#include <poll.h>

#include <array>
#include <csignal>
#include <iostream>
#include <sstream>
#include <system_error>

namespace baton::system {
namespace {

using nlohmann::json;

constexpr int SuccessAfterRestart = 2;
constexpr int UpdateComplete = 3;

Command commandOf(const RunOptions& options, const fs::path& state, const std::string& server)
{
    Command command{BATON, {"baton", "run", "--state-dir", state.string(), "--jitter", "0s", "--interval", "1h"}};
    auto& words = command.arguments;
    if (options.atTerminal) {
        command.executable = "/usr/bin/setsid"; // Of util-linux, which is on every system.
        words.front() = BATON;
        words.insert(words.begin(), {"setsid", "--ctty", "--wait"});
    }
    words.insert(words.end(), {"--server", server + "/v1/update/", "--app-id", App, "--app-version", options.version});
    words.insert(words.end(), {"--probation", options.probation, "--drain-timeout", options.drain});
    for (const auto& listener : options.listen) words.insert(words.end(), {"--listen", listener});
    words.insert(words.end(), options.options.begin(), options.options.end());
    words.emplace_back("--");
    words.insert(words.end(), options.command.begin(), options.command.end());
    command.environment = options.environment;
    command.passed = options.passed;
    command.standardInput = options.standardInput;
    command.standardOutput = options.standardOutput;
    command.standardError = options.standardError;
    return command;
}

// Several may ask at a time.
std::string nextLog()
{
    static int count = 0;
    return "load-" + std::to_string(++count) + ".log";
}

Command loadCommand(const std::string& address, std::vector<std::string> options)
{
    options.insert(options.begin(), "baton-load");
    options.insert(options.end(), {"--json", "--wait", "10s", address});
    return {LOAD, std::move(options)};
}

std::string describe(const protocol::Event& event)
{
    auto text =
        std::to_string(event.eventtype) + '/' + std::to_string(event.eventresult.value_or(0)) + ' ' + event.nextversion;
    if (event.eventtype == UpdateComplete && event.eventresult == SuccessAfterRestart)
        text += " from " + event.previousversion;
    if (event.errorcode) text += " code " + std::to_string(*event.errorcode);
    if (event.extracode1) text += '/' + std::to_string(*event.extracode1);
    return text;
}

/// A release that is being staged is unfinished by its name: the stager of a killed supervisor may still write it.
bool isBeingStaged(const fs::path& path) { return path.filename().string().starts_with(".new-"); }

/// Whatever is to be whole at any moment. What Baton removes in the meantime is no error: we look once more.
std::vector<fs::path> filesBelow(const fs::path& directory)
{
    for (;;) {
        std::vector<fs::path> files;
        try {
            for (auto entry = fs::recursive_directory_iterator(directory); entry != fs::recursive_directory_iterator();
                 ++entry) {
                if (isBeingStaged(entry->path())) entry.disable_recursion_pending();
                if (entry->is_regular_file()) files.push_back(entry->path());
            }
            return files;
        } catch (const fs::filesystem_error&) {
            continue;
        }
    }
}

} // namespace

os::UniqueFd connectTo(const std::string& address)
{
    const auto colon = address.rfind(':');
    if (colon == std::string::npos) return os::UniqueFd();
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(parseNumber(address.substr(colon + 1)).value_or(0)));
    ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    os::UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(client.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) return os::UniqueFd();
    return client;
}

int errorOfConnecting(const std::string& path)
{
    const os::UniqueFd client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto where = os::unixAddress(path);
    return ::connect(client.get(), where.get(), where.length) == 0 ? 0 : errno;
}

Clients::Clients(const Scratch& scratch, const std::string& address, std::vector<std::string> options)
    : process_(loadCommand(address, std::move(options)), scratch / nextLog())
{
}

Clients::Count Clients::stop()
{
    process_.signal(SIGTERM);
    process_.end();
    Count count;
    count.report = process_.said();
    const auto report =
        json::parse(count.report.substr(std::min(count.report.find('{'), count.report.size())), nullptr, false);
    if (!report.is_object()) return count;
    count.sent = report.value("sent", std::uint64_t{0});
    count.failed = report.value("failed", std::uint64_t{0});
    for (const auto* mode : {"new", "kept"}) {
        if (!report.contains(mode)) continue;
        count.repeated += report[mode].value("repeated", std::uint64_t{0});
        for (const auto& [kind, failures] : report[mode]["failures"].items())
            count.kinds[kind] += failures.get<std::uint64_t>();
    }
    return count;
}

Relay::Relay() { adoptOrphans(); }

Relay::~Relay()
{
    if (HasFailure())
        for (int i = 1; i <= starts_; ++i)
            std::cout << "---- log " << i << " of baton run:\n"
                      << readFile(scratch / ("baton-" + std::to_string(i) + ".log")) << "----\n";
    loseAll();
}

void Relay::loseAll()
{
    baton.reset();
    endOrphans();
}

Command Relay::commandFor(const RunOptions& options) const
{
    return commandOf(options, state, options.server.empty() ? server->url() : options.server);
}

void Relay::start(const RunOptions& options)
{
    started_ = options;
    start();
}

void Relay::start()
{
    baton.reset();
    baton.emplace(commandFor(started_), scratch / ("baton-" + std::to_string(++starts_) + ".log"));
}

::testing::AssertionResult Relay::serves(const RunOptions& options, const std::string& version)
{
    start(options);
    auto result = baton->says(version + " serves");
    findListener();
    // The first check is over before the test offers anything: so each test knows how often was asked.
    if (result && !eventually([this] { return !status().lastCheck.empty(); }))
        result = ::testing::AssertionFailure() << "there was no first check";
    return result;
}

void Relay::restart()
{
    start();
    EXPECT_TRUE(baton->says("listening on "));
    findListener();
}

void Relay::findListener()
{
    const auto listening = baton->word("listening on ");
    web = listening.substr(listening.find('=') + 1);
}

int Relay::stop()
{
    baton->signal(SIGTERM);
    return baton->end();
}

void Relay::publish(const std::string& version, const fs::path& payload)
{
    server->publish(App, version, payload, {"", payload.filename().string()});
}

void Relay::check() const { control::ask(store().controlSocket(), "update"); }

::testing::AssertionResult Relay::update(const std::string& version, const fs::path& payload, const std::string& says)
{
    publish(version, payload);
    check();
    return baton->says(says);
}

control::Status Relay::status() const { return control::parseStatus(control::ask(store().controlSocket(), "status")); }

::testing::AssertionResult Relay::isServing(const std::string& version) const
try {
    const auto now = status();
    if (now.state == "serving" && now.release && now.release->version == version) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "the status is " << print(now);
} catch (const std::system_error& error) {
    return ::testing::AssertionFailure() << error.what();
}

::testing::AssertionResult Relay::comesToServe(const std::string& version) const
{
    auto last = ::testing::AssertionFailure();
    if (eventually([&] { return static_cast<bool>(last = isServing(version)); })) return ::testing::AssertionSuccess();
    return last;
}

std::string Relay::ask() const
{
    const auto client = connectTo(web);
    if (!client) return {};
    const std::string request = "GET / HTTP/1.1\r\nHost: " + web + "\r\nConnection: close\r\n\r\n";
    ::send(client.get(), request.data(), request.size(), MSG_NOSIGNAL);
    std::string reply;
    std::array<char, 4096> block{};
    for (;;) {
        pollfd one{client.get(), POLLIN, 0};
        if (::poll(&one, 1, static_cast<int>(Patient.count())) != 1) break;
        const auto length = ::recv(client.get(), block.data(), block.size(), 0);
        if (length <= 0) break;
        reply.append(block.data(), static_cast<std::size_t>(length));
    }
    const auto body = reply.find("\r\n\r\n");
    return body == std::string::npos ? std::string() : reply.substr(body + 4);
}

std::vector<std::string> Relay::history() const
{
    std::vector<std::string> lines;
    for (const auto& line : store().history()) {
        auto text = std::string(name(line.outcome)) + ' ' + line.key.version;
        if (!line.from.empty()) text += " from " + line.from;
        if (line.code != 0) text += " code " + std::to_string(line.code);
        lines.push_back(std::move(text));
    }
    return lines;
}

std::vector<std::string> Relay::told() const
{
    std::vector<std::string> events;
    for (const auto& asked : server->requests()) {
        if (asked.status != 200 || !asked.request) continue;
        for (const auto& app : asked.request->apps)
            for (const auto& event : app.events) events.push_back(describe(event));
    }
    return events;
}

::testing::AssertionResult Relay::hasTold(const std::vector<std::string>& events) const
{
    if (eventually([&] { return told() == events; })) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "the server was told " << ::testing::PrintToString(told()) << " and not "
                                         << ::testing::PrintToString(events);
}

::testing::AssertionResult Relay::stateIsWhole() const
{
    for (const auto& file : filesBelow(state)) {
        const auto text = readFile(file);
        if (!fs::exists(file)) continue; // It was removed meanwhile, whole.
        if (file.extension() == ".json" && json::parse(text, nullptr, false).is_discarded())
            return ::testing::AssertionFailure() << file << " is no whole document: " << text;
        if (file.extension() != ".jsonl") continue;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            if (!store::parseHistoryLine(line) || lines.eof())
                return ::testing::AssertionFailure() << file << " has the damaged line " << line;
    }
    return ::testing::AssertionSuccess();
}

} // namespace baton::system
