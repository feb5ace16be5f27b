#include "client/assemble/OptionTable.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace baton::assemble {
namespace {

constexpr unsigned Asks = Run | Check;
constexpr unsigned Talks =
    Status | History | Update | Approve | HoldBack | Resume | Reload | Rollback | Restart | UpgradeSelf;
constexpr bool Repeatable = true;
constexpr bool Once = false;

constexpr std::array Table{
    Option{"server", ValueKind::Url, "URL", "", "https://updates.example.org/v1/update/", "Omaha endpoint",
           Asks | Doctor},
    Option{"app-id", ValueKind::Text, "ID", "", "e96281a6-d1af-4bde-9a0a-97b76e56dc57", "what the server knows it by",
           Asks | Sign | Verify | Doctor},
    Option{"also-app", ValueKind::OtherApp, "NAME=ID", "", "maps=io.example.maps",
           "one more app, whose packages lie in NAME/ of each release", Asks, Repeatable},
    Option{"self-app-id", ValueKind::Text, "ID", "", "io.example.baton",
           "what the server knows Baton itself by: it is kept up to date, too", Run},
    Option{"self-track", ValueKind::Text, "NAME", "", "stable", "group or channel of --self-app-id", Run},
    Option{"track", ValueKind::Text, "NAME", "", "stable", "group or channel", Asks | Verify},
    Option{"protocol", ValueKind::Choice, "auto|xml|json3|json4", "auto", "json3", "form of Omaha; auto: by the URL",
           Asks},
    Option{"attribute", ValueKind::Define, "NAME=VALUE", "", "ap=beta",
           "further attribute of the app in each request; repeatable", Asks, Repeatable},
    Option{"cup-key", ValueKind::Text, "ID:FILE", "", "7:/etc/baton/cup-7.pem",
           "believe signed answers alone: public key; repeatable", Asks, Repeatable},
    Option{"app-version", ValueKind::Version, "V", "", "1.0.0", "version of PROGRAM or --initial as given, or to sign",
           Asks | Sign | Verify},
    Option{"initial", ValueKind::Path, "PATH", "", "app-1.0.0.tar.zst",
           "first release, where PROGRAM or ARGS name {release}", Run},
    Option{"state-dir", ValueKind::Path, "DIR", "", "/var/lib/web", "releases, state, history", Asks | Talks | Doctor},
    Option{"control", ValueKind::Path, "PATH", "", "/run/web/control.sock", "control socket (DIR/control.sock)",
           Run | Talks | Doctor},
    Option{"program", ValueKind::ProgramName, "NAME", "", "web", "which program, of those in --config",
           Check | Talks | Doctor},
    Option{"listen", ValueKind::Listen, "NAME=ADDR", "", "web=127.0.0.1:8000",
           "HOST:PORT, udp:HOST:PORT, unix:/path, …[,backlog=N]; repeatable", Run, Repeatable},
    Option{"handoff", ValueKind::Choice, "overlap|restart", "", "restart",
           "two side by side (with --listen), or one at a time", Run},
    Option{"ready", ValueKind::Ready, "HOW", "notify", "tcp:127.0.0.1:8000",
           "notify, tcp[:…], http[s]:…, http:/PATH, exec:…, delay:DUR", Run},
    Option{"probation", ValueKind::Duration, "DUR", "10s", "10s", "how long both serve", Run},
    Option{"try", ValueKind::Text, "none|token|\"ARGS\"", "none", "--check-config",
           "try-out before a release is installed", Run},
    Option{"interval", ValueKind::Duration, "DUR", "30m", "30m", "between two checks, at least", Run},
    Option{"jitter", ValueKind::Duration, "DUR", "", "30m", "at most added to it, at random (the interval)", Run},
    Option{"window", ValueKind::Window, "WHEN", "", "Mon-Fri 02:00-05:00 Europe/Berlin",
           "when a hand-off may begin: [DAYS] HH:MM-HH:MM [ZONE]; repeatable", Run, Repeatable},
    Option{"check-window", ValueKind::Window, "WHEN", "", "22:00-06:00",
           "when a scheduled check and a download may be; repeatable", Run, Repeatable},
    Option{"approve", ValueKind::Choice, "auto|manual", "auto", "manual",
           "manual: a release is taken when a person says baton approve", Run},
    Option{"until", ValueKind::Until, "WHEN", "", "2026-12-24T18:00:00Z", "a time, a day, or how long: 2d; in UTC",
           HoldBack},
    Option{"algorithm", ValueKind::Choice, "bsdiff-zstd|bsdiff40|zstd", "bsdiff-zstd", "bsdiff40", "form of the patch",
           Diff},
    Option{"against", ValueKind::Path, "DIR", "", "old/", "a patch from each file of DIR, into the directory OUTDIR",
           Diff},
    Option{"tree", ValueKind::Flag, "", "", "", "an archive stands for what it unpacks to", Diff | Patch},
    Option{"to", ValueKind::Path, "PATH", "", "/opt/baton-0.2.0/bin/baton",
           "the Baton to take over (what the running one was started from)", UpgradeSelf},
    Option{"json", ValueKind::Flag, "", "", "", "for machines", Check | Talks | Diff | Verify | Doctor},
    Option{"wait", ValueKind::Flag, "", "", "", "exits 0 (fine, no news), 75 failed, 70 rolled back, 65 refused",
           Update},
    Option{"config", ValueKind::Path, "FILE", "", "/etc/web.properties",
           "options from a .properties, .xml or .json file", Asks | Talks | Doctor},
    Option{"define", ValueKind::Define, "KEY=VALUE", "", "interval=5m", "sets a key of that file; repeatable",
           Asks | Talks | Doctor, Repeatable},
    Option{"log-format", ValueKind::Choice, "text|json", "text", "json", "of Baton's own lines", Asks},
    Option{"log-level", ValueKind::Choice, "debug|info|warning|error", "info", "debug", "least that is written", Asks},

    Option{"try-timeout", ValueKind::Duration, "DUR", "10s", "30s", "how long the try-out may take", Run, Once,
           Topic::Handoff},
    Option{"try-memory", ValueKind::Size, "SIZE", "4GB", "512MB", "how much memory it may take", Run, Once,
           Topic::Handoff},
    Option{"try-network", ValueKind::Choice, "yes|no", "yes", "no", "no: it makes unix sockets alone", Run, Once,
           Topic::Handoff},
    Option{"ready-timeout", ValueKind::Duration, "DUR", "1m", "90s", "how long readiness may take", Run, Once,
           Topic::Handoff},
    Option{"probation-alone", ValueKind::Duration, "DUR", "", "10s", "then the new one alone (as long as --probation)",
           Run, Once, Topic::Handoff},
    Option{"probe-listen", ValueKind::ListenName, "NAME", "", "probe",
           "a private unix listener for each generation, last in LISTEN_FDS", Run, Once, Topic::Handoff},
    Option{"health", ValueKind::Health, "HOW", "", "http:/healthz",
           "asked on probation, by --probe-listen: http:/PATH, or exec:COMMAND", Run, Once, Topic::Handoff},
    Option{"health-interval", ValueKind::Duration, "DUR", "300ms", "1s",
           "between two questions, and how long an answer may take", Run, Once, Topic::Handoff},
    Option{"health-failures", ValueKind::Choice, "1|2|3|4|5|6|7|8", "2", "3", "in a row that take a release back", Run,
           Once, Topic::Handoff},
    Option{"watchdog", ValueKind::Duration, "DUR", "", "30s",
           "a program that is ready must say WATCHDOG=1 so often, or is aborted", Run, Once, Topic::Handoff},
    Option{"drain-timeout", ValueKind::Duration, "DUR", "30s", "30s", "what the old one gets to finish", Run, Once,
           Topic::Handoff},
    Option{"drain-signal", ValueKind::Signal, "SIGNAL", "SIGTERM", "SIGQUIT", "tells it to", Run, Once, Topic::Handoff},
    Option{"max-draining", ValueKind::Choice, "1|2|3|4|5|6|7|8", "4", "2",
           "that drain at a time; of more the oldest is killed", Run, Once, Topic::Handoff},
    Option{"keep-releases", ValueKind::Choice, "0|1|2|3|4|5|6|7|8", "0", "2",
           "kept on disk beside the current and the one before", Run, Once, Topic::Handoff},
    Option{"restart", ValueKind::Choice, "no|on-failure", "no", "on-failure",
           "a program that fails by itself; no: end with its code", Run, Once, Topic::Handoff},

    Option{"proxy", ValueKind::Text, "URL|none", "", "http://proxy.example.org:3128",
           "instead of the environment's https_proxy, http_proxy, all_proxy", Asks, Once, Topic::Network},
    Option{"ca-file", ValueKind::Path, "FILE", "", "/etc/ssl/updates.pem",
           "authorities that TLS believes, instead of the system's", Asks, Once, Topic::Network},
    Option{"pin-sha256", ValueKind::Text, "PIN", "",
           "5a0b…, or WgsM…=", "a key that the server's chain must have; repeatable", Asks, Repeatable, Topic::Network},
    Option{"client-cert", ValueKind::Path, "FILE", "", "/etc/web/client.pem",
           "our own certificate, for the server alone", Asks, Once, Topic::Network},
    Option{"client-key", ValueKind::Path, "FILE", "", "/etc/web/client.key",
           "its key, without a passphrase (in --client-cert)", Asks, Once, Topic::Network},
    Option{"authorization-file", ValueKind::Path, "FILE", "", "/etc/web/authorization",
           "one line, \"Bearer …\" or \"Basic …\", for the server alone", Asks, Once, Topic::Network},
    Option{"timeout", ValueKind::Duration, "DUR", "2m", "30s", "how long one answer of the server may take", Asks, Once,
           Topic::Network},
    Option{"parallel-downloads", ValueKind::Choice, "1|2|3|4|5|6|7|8", "2", "4", "packages fetched at a time", Run,
           Once, Topic::Network},
    Option{"bandwidth", ValueKind::Rate, "RATE", "", "2MB/s", "limit of all downloads together, 64kB/s at least", Run,
           Once, Topic::Network},
    Option{"agent-user", ValueKind::Text, "USER", "", "baton",
           "the agent's user, where Baton is root (baton, if there is one)", Run, Once, Topic::Network},
    Option{"min-speed", ValueKind::Rate, "RATE", "1kB/s", "10kB/s", "a download below it over 30s is given up", Run,
           Once, Topic::Network},

    Option{"signal-to", ValueKind::Choice, "process|group", "process", "group",
           "whom signals are for: the program, or its group", Run, Once, Topic::Service},
    Option{"on-signal", ValueKind::OnSignal, "SIGNAL=ACTION", "", "SIGHUP=reload",
           "forward|stop|ignore|reload|update|restart|rollback|upgrade|SIGNAL", Run, Repeatable, Topic::Service},
    Option{"daemon", ValueKind::Flag, "", "", "", "goes into the background; ends with 0 once the first release serves",
           Run, Once, Topic::Service},
    Option{"pidfile", ValueKind::Path, "FILE", "", "/run/web.pid", "holds Baton's pid while it runs", Run, Once,
           Topic::Service},
    Option{"metrics", ValueKind::Metrics, "HOST:PORT|FILE.prom", "", "127.0.0.1:9101",
           "numbers for Prometheus, there or in a textfile collector's file", Run, Once, Topic::Service},
    Option{"log-file", ValueKind::Path, "FILE", "", "/var/log/web.log",
           "standard output and error in the background (/dev/null)", Run, Once, Topic::Service},

    Option{"command", ValueKind::Text, "LINE", "", "./server --verbose",
           "PROGRAM ARGS, parted into words as a shell would; no shell runs", Section, Once, Topic::Programs},
    Option{"group", ValueKind::ProgramName, "NAME", "", "shop",
           "hands over with all others of that group, or not at all", Section, Once, Topic::Programs},
    Option{"group-wait", ValueKind::Duration, "DUR", "10m", "1h", "for members whose servers give no answer", Section,
           Once, Topic::Programs},
    Option{"essential", ValueKind::Choice, "yes|no", "no", "yes", "when it ends for good, all end", Section, Once,
           Topic::Programs},

    Option{"type", ValueKind::Choice, "ed25519|ecdsa-p256", "ed25519", "ecdsa-p256", "kind of key", Keygen},
    Option{"ask-pass", ValueKind::Flag, "", "", "", "asks at the terminal for a pass phrase of the new key", Keygen},
    Option{"pass-file", ValueKind::Path, "FILE", "", "/etc/releases/pass", "its first line is the key's pass phrase",
           Keygen | Sign},
    Option{"key", ValueKind::Text, "FILE|URI", "", "release.key",
           "a private key, or a URI that a provider of OpenSSL opens; repeatable", Sign, Repeatable},
    Option{"to-sign", ValueKind::Path, "FILE", "", "to-sign.bin", "gets the very bytes to be signed elsewhere", Sign},
    Option{"signature", ValueKind::Path, "FILE", "", "to-sign.sig", "a signature made elsewhere, by a --public-key",
           Sign},
    Option{"expires", ValueKind::Until, "WHEN", "90d", "90d", "a time, a day, or how long it holds; in UTC", Sign},
    Option{"for-track", ValueKind::Text, "NAME", "", "stable", "only for that track; repeatable (any)", Sign,
           Repeatable},
    Option{"for-os", ValueKind::Text, "OS", "", "linux", "only for that system (any; verify: this one)", Sign | Verify},
    Option{"for-arch", ValueKind::Text, "ARCH", "", "x64",
           "only for such machines: x64, arm64, x86, arm (any; verify: this)", Sign | Verify},
    Option{"floor", ValueKind::Version, "V", "", "1.4.0", "what is older is never to run again", Sign},
    Option{"allow-downgrade-from", ValueKind::Version, "V", "", "1.6.0", "may follow that newer version; repeatable",
           Sign, Repeatable},
    Option{"deltas", ValueKind::Path, "FILE", "", "deltas.json",
           "patches to the package, as baton diff --json tells; repeatable", Sign, Repeatable},
    Option{"keys-version", ValueKind::Text, "N", "", "1", "signs keys-N.json, of --public-key, instead of a release",
           Sign},
    Option{"threshold", ValueKind::Text, "K", "1", "2", "so many of those keys must sign", Sign},
    Option{"output", ValueKind::Path, "FILE", "", "web.tar.dsse.json", "where to (PACKAGE.dsse.json, keys-N.json)",
           Sign},
    Option{"statement", ValueKind::Path, "FILE", "", "web.tar.dsse.json", "the signed statement (PACKAGE.dsse.json)",
           Verify},
    Option{"public-key", ValueKind::Path, "FILE|DIR", "", "/etc/web/release.pub",
           "whose signatures are believed, PEM; repeatable", Asks | Sign | Verify | Doctor, Repeatable},
    Option{"require-signature", ValueKind::Choice, "yes|no", "", "yes",
           "no: give up signatures, once required (yes, once a key was given)", Run},
};

/// Levenshtein's distance.
std::size_t distance(std::string_view left, std::string_view right)
{
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < left.size(); ++i) {
        auto diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < right.size(); ++j) {
            const auto replaced = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

} // namespace

std::span<const Option> optionTable() { return Table; }

std::string_view topicName(Topic topic)
{
    static constexpr std::array<std::string_view, 5> Names{"", "hand-off", "network", "service", "programs"};
    return Names.at(static_cast<std::size_t>(topic));
}

const Option* findOption(std::string_view name)
{
    const auto* const found =
        std::find_if(Table.begin(), Table.end(), [&](const Option& option) { return option.name == name; });
    return found == Table.end() ? nullptr : found;
}

std::string environmentName(const Option& option)
{
    std::string name = "BATON_";
    for (const char letter : option.name)
        name += letter == '-' ? '_' : static_cast<char>(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
    return name;
}

std::string_view nearestWord(std::string_view name, std::span<const std::string_view> words)
{
    if (name.size() > 64) return {};
    std::string_view nearest;
    std::size_t least = 3; // Three slips are another word.
    for (const auto word : words) {
        const auto far =
            word.size() > 3 && word.starts_with(name) && name.size() > 2 ? std::size_t{1} : distance(name, word);
        if (far < least) {
            least = far;
            nearest = word;
        }
    }
    return nearest;
}

std::string_view nearestOption(std::string_view name)
{
    std::vector<std::string_view> names;
    for (const auto& option : Table)
        if (option.commands != Section) names.push_back(option.name);
    return nearestWord(name, names);
}

} // namespace baton::assemble
