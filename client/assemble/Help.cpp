#include "client/assemble/Help.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

namespace baton::assemble {
namespace {

constexpr std::array Texts{
    CommandText{Run, "run", "run [options] -- PROGRAM [ARGS…]",
                "supervise PROGRAM and keep it up to date; stays in the foreground",
                "baton run --server http://127.0.0.1:8080/v1/update/ --app-id web --app-version 1.0.0 \\\n"
                "      --listen web=127.0.0.1:8000 -- ./server --verbose"},
    CommandText{Check, "check", "check [options]", "one check now, without a supervisor; prints what is offered",
                "baton check --server http://127.0.0.1:8080/v1/update/ --app-id web --app-version 1.0.0"},
    CommandText{Status, "status", "status [options]", "what runs, and what is on its way",
                "baton status --state-dir /var/lib/web"},
    CommandText{History, "history", "history [options]", "what was updated, and how that ended",
                "baton history --state-dir /var/lib/web --json"},
    CommandText{Update, "update", "update [options]", "check now, and install what is offered",
                "baton update --state-dir /var/lib/web --wait"},
    CommandText{Approve, "approve", "approve [VERSION] [options]",
                "lets a release be taken (--approve manual); the offered one if none is named",
                "baton approve 1.5.0 --state-dir /var/lib/web"},
    CommandText{HoldBack, "hold", "hold [options]", "no release takes over, until a time or until baton resume",
                "baton hold --until 2d --state-dir /var/lib/web"},
    CommandText{Resume, "resume", "resume [options]", "ends a hold", "baton resume --state-dir /var/lib/web"},
    CommandText{Reload, "reload", "reload [options]", "takes the listeners of --config anew, for the next release",
                "baton reload --state-dir /var/lib/web"},
    CommandText{Rollback, "rollback", "rollback [options]",
                "takes back what is on its way in; else goes back to the release before, for good",
                "baton rollback --state-dir /var/lib/web"},
    CommandText{Restart, "restart", "restart [options]", "hands over from the release that runs to itself",
                "baton restart --state-dir /var/lib/web"},
    CommandText{UpgradeSelf, "upgrade-self", "upgrade-self [options]",
                "another Baton takes over from the one that runs; clients see nothing of it",
                "baton upgrade-self --state-dir /var/lib/web"},
    CommandText{Doctor, "doctor", "doctor [options of baton run] [-- PROGRAM [ARGS…]]",
                "what stops Baton here, or makes it weaker, and what to do; changes nothing",
                "baton doctor --config /etc/web.properties -- /usr/local/bin/web-server"},
    CommandText{Decode, "decode", "decode request|response [FILE|-]",
                "one canonical JSON of an Omaha message, whatever its form", "baton decode response answer.xml"},
    CommandText{Diff, "diff", "diff OLD NEW PATCH | diff --against DIR NEW OUTDIR",
                "makes patches, by which an update costs the bytes that changed",
                "baton diff --tree web-1.4.0.tar.zst web-1.5.0.tar.zst web-1.4.0-1.5.0.bsdiff-zstd"},
    CommandText{Patch, "patch", "patch OLD PATCH NEW",
                "applies a patch of baton diff, of bsdiff or of zstd --patch-from",
                "baton patch server-1.4.0 server.bsdiff server-1.5.0"},
    CommandText{Keygen, "keygen", "keygen FILE [options]",
                "keys to sign releases with: FILE gets the private one, FILE.pub the public one",
                "baton keygen release.key --ask-pass"},
    CommandText{Sign, "sign", "sign PACKAGE… | ENVELOPE [options]",
                "states what a release is made of, and signs that; or adds a signature",
                "baton sign --key release.key --app-id web --app-version 1.5.0 web-1.5.0.tar.zst"},
    CommandText{Verify, "verify", "verify PACKAGE… [options]",
                "whether a release is what its publisher signed, rule by rule, without a network",
                "baton verify --public-key release.key.pub web-1.5.0.tar.zst"},
};

// These take neither the environment's options nor a configuration file.
bool isAlone(Command command) { return command == Decode || command == Diff || command == Patch; }

constexpr std::size_t Column = 32;

/// Of --help programs.
constexpr std::string_view Example =
    "\nbaton run --config FILE without a PROGRAM runs all that FILE has sections of. A section takes the\n"
    "options of baton run, too; what stands outside holds for all. Each has its state in\n"
    "DIR/programs/NAME.\n"
    "\nExample, shop.ini:\n"
    "  state-dir = /var/lib/shop\n"
    "  server = http://127.0.0.1:8080/v1/update/\n"
    "\n"
    "  [program web]\n"
    "  command = ./web --verbose\n"
    "  app-id = web\n"
    "  app-version = 1.0.0\n"
    "  listen = web=127.0.0.1:8000\n"
    "\n"
    "  [program api]\n"
    "  command = ./api\n"
    "  app-id = api\n"
    "  app-version = 1.0.0\n"
    "  listen = api=127.0.0.1:8001\n"
    "\nIn .properties, .json and .xml the keys are program.web.command, program.web.listen, …\n";

std::string padded(std::string text, std::size_t width)
{
    // Columns, not bytes: a continuation byte of UTF-8 takes none.
    const auto columns = static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](unsigned char byte) { return (byte & 0xC0U) != 0x80U; }));
    text.append(columns < width ? width - columns : 2, ' ');
    return text;
}

std::string line(const Option& option)
{
    auto left = (option.commands == Section ? "  " : "  --") + std::string(option.name);
    if (!option.placeholder.empty()) left += ' ' + std::string(option.placeholder);
    auto text = padded(std::move(left), Column) + std::string(option.help);
    if (!option.otherwise.empty()) text += " (" + std::string(option.otherwise) + ')';
    return text + '\n';
}

struct Page {
    Topic topic;
    std::string_view purpose;
};

bool takesDuration(const Option& option) { return option.kind == ValueKind::Duration; }

/// `run` shows what stands in the sections of its file, too.
unsigned shownBy(Command command) { return command == Run ? command | Section : command; }

constexpr std::array OtherPages{Page{Topic::Handoff, "readiness, probation, drain, health"},
                                Page{Topic::Network, "proxies, TLS, credentials, limits"},
                                Page{Topic::Service, "signals, and how Baton itself is run"},
                                Page{Topic::Programs, "several programs: the sections of --config"}};

std::string morePages(const CommandText& command)
{
    std::string text;
    for (const auto& page : OtherPages) {
        const bool any = std::any_of(optionTable().begin(), optionTable().end(), [&](const Option& option) {
            return option.topic == page.topic && (option.commands & shownBy(command.command)) != 0;
        });
        const std::string name(topicName(page.topic));
        if (any) text += padded("  --help " + name, Column) + std::string(page.purpose) + '\n';
    }
    return text;
}

} // namespace

std::string linesOf(std::span<const Option> options)
{
    std::string text;
    for (const auto& option : options)
        if (!option.help.empty()) text += line(option);
    return text;
}

std::span<const CommandText> commandTexts() { return Texts; }

std::optional<CommandText> findCommand(std::string_view name)
{
    for (const auto& text : Texts)
        if (text.name == name) return text;
    return std::nullopt;
}

std::string overview(unsigned commands)
{
    std::string text = "Keeps a long-running service up to date from an Omaha server, without a lost connection.\n\n";
    for (const auto& command : Texts)
        if ((command.command & commands) != 0)
            text += "  " + padded("baton " + std::string(command.name), 18) + std::string(command.purpose) + '\n';
    text += "\nbaton COMMAND --help says more of each; baton --version says which Baton this is.\n\nExample:\n  ";
    return text + std::string(Texts.front().example) + '\n';
}

std::string_view nearestCommand(std::string_view name)
{
    std::vector<std::string_view> names;
    for (const auto& text : Texts) names.push_back(text.name);
    return nearestWord(name, names);
}

bool hasPage(Command command, std::string_view topic)
{
    return std::any_of(optionTable().begin(), optionTable().end(), [&](const Option& option) {
        return option.topic != Topic::Main && topicName(option.topic) == topic &&
               (option.commands & shownBy(command)) != 0;
    });
}

std::string helpOf(Command command, std::string_view topic)
{
    const auto* const found =
        std::find_if(Texts.begin(), Texts.end(), [&](const auto& text) { return text.command == command; });
    std::vector<Option> taken;
    std::copy_if(optionTable().begin(), optionTable().end(), std::back_inserter(taken), [&](const Option& option) {
        return (option.commands & shownBy(command)) != 0 && topicName(option.topic) == topic;
    });
    if (taken.empty() && !topic.empty()) return helpOf(command); // It was meant as something else.
    std::string text = "baton " + std::string(found->usage) + "\n  " + std::string(found->purpose) + '\n';
    if (!taken.empty()) text += '\n' + linesOf(taken);
    if (topic.empty()) text += morePages(*found);
    if (topic == topicName(Topic::Programs)) return text + std::string(Example);
    if (!isAlone(command)) text += "\nOptions also come as BATON_NAME and from --config.";
    if (std::any_of(taken.begin(), taken.end(), takesDuration)) text += " Durations: 250ms, 30s, 5m, 1h, 2d.";
    if (!isAlone(command)) text += '\n';
    return text + "\nExample:\n  " + std::string(found->example) + '\n';
}

} // namespace baton::assemble
