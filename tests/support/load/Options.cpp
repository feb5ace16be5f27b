#include "tests/support/load/Options.h"

#include "client/core/Duration.h"
#include "client/core/Text.h"

#include <array>
#include <stdexcept>

namespace baton::load {

const std::string_view Usage = R"(baton-load asks a server at a steady rate and counts what was not answered.

  baton-load [options] HOST:PORT|unix:/path

  --new N            N requests a second, each on a connection of its own
  --kept N           N requests a second over the kept connections
  --connections K    how many connections are kept (default 16, with --kept)
  --duration DUR     how long (30s, 5m); without it, until SIGTERM or SIGINT
  --timeout DUR      a request has failed after this long (10s)
  --slow DUR         an answer that took longer counts as slow, apart from what failed (1s)
  --wait DUR         how long to wait at the start until somebody listens (0s)
  --path PATH        what to ask for (/)
  --repeat-unread    ask again when a reused connection was closed before any byte of an answer; counted apart
  --tls              over TLS; the certificate is not looked at
  --timeline         say at once when a version answers for the first time
  --json             the summary as JSON
  --each FILE        a line for each request: when it was due and when it ended, in microseconds of the monotonic
                     clock; new or kept; answered or the kind of failure; the version that answered

Exit codes: 0 all answered, 1 something failed or nothing was asked, 64 wrong options.
Example: baton-load --new 300 --kept 300 --duration 30s 127.0.0.1:8000
)";

namespace {

constexpr int LargestNumber = 1'000'000;

struct Number {
    std::string_view name;
    int Options::*field;
};
struct Length {
    std::string_view name;
    Duration Options::*field;
};
struct Flag {
    std::string_view name;
    bool Options::*field;
};

constexpr std::array Numbers{Number{"--new", &Options::newPerSecond}, Number{"--kept", &Options::keptPerSecond},
                             Number{"--connections", &Options::keptConnections}};
constexpr std::array Lengths{Length{"--duration", &Options::duration}, Length{"--timeout", &Options::timeout},
                             Length{"--slow", &Options::slow}, Length{"--wait", &Options::waitFor}};
constexpr std::array Flags{Flag{"--tls", &Options::tls}, Flag{"--repeat-unread", &Options::repeatUnread},
                           Flag{"--timeline", &Options::timeline}, Flag{"--json", &Options::json}};

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument(why + "; see baton-load --help"); }

bool setFlag(Options& options, std::string_view name)
{
    for (const auto& flag : Flags)
        if (flag.name == name) return options.*flag.field = true;
    return false;
}

void setValue(Options& options, std::string_view name, std::string_view value)
{
    for (const auto& number : Numbers)
        if (number.name == name) {
            const auto parsed = parseNumber(value);
            if (!parsed || *parsed > LargestNumber) refuse(std::string(name) + " needs a number up to 1000000");
            options.*number.field = static_cast<int>(*parsed);
            return;
        }
    for (const auto& length : Lengths)
        if (length.name == name) {
            const auto parsed = parseDuration(value);
            if (!parsed) refuse(std::string(name) + " needs a duration such as 30s");
            options.*length.field = *parsed;
            return;
        }
    if (name == "--each") {
        options.each = value;
        return;
    }
    if (name != "--path") refuse("unknown option " + escaped(name));
    if (!value.starts_with('/')) refuse("--path needs a path that begins with /");
    options.path = value;
}

Options parse(const std::vector<std::string_view>& arguments)
{
    Options options;
    bool hasTarget = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto argument = arguments[i];
        if (setFlag(options, argument)) continue;
        if (argument.starts_with("--")) {
            if (i + 1 == arguments.size()) refuse(std::string(argument) + " needs a value");
            setValue(options, argument, arguments[++i]);
            continue;
        }
        if (hasTarget) refuse("more than one target");
        options.target = os::parseListenAddress("target=" + std::string(argument));
        hasTarget = options.target.kind != os::ListenKind::Udp;
    }
    if (!hasTarget) refuse("no target: HOST:PORT or unix:/path");
    if (options.newPerSecond == 0 && options.keptPerSecond == 0 && options.keptConnections == 0)
        refuse("nothing to ask: give --new or --kept");
    if (options.keptPerSecond > 0 && options.keptConnections == 0) options.keptConnections = 16;
    return options;
}

} // namespace

Result<Options> parseOptions(const std::vector<std::string_view>& arguments)
{
    try {
        return parse(arguments);
    } catch (const std::invalid_argument& error) {
        return Failure{Category::None, code::Unexplained, error.what()};
    }
}

} // namespace baton::load
