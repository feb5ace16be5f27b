#include "server-mock/CommandLine.h"

#include "client/core/Text.h"

#include <array>
#include <stdexcept>

namespace baton::mock {

const std::string_view Usage = R"(baton-mock-server is an Omaha server for a laptop or a test; it keeps nothing.

  baton-mock-server [options]

  --listen HOST:PORT               where to answer (127.0.0.1:8080); port 0 takes one that is free
  --publish APPID=VERSION=FILE     offers FILE as that app's release; repeatable
  --add APPID=VERSION=FILE         offers FILE as one more package of what was published before; repeatable
  --sha256 both|action|none        where the SHA-256 stands: package and action, the action alone, nowhere (both)
  --cup-key ID:FILE                signs answers to checks that ask for key ID: private key on P-256, PEM; repeatable
  --sign-key FILE                  signs what it publishes: statements beside the packages, as baton sign; repeatable
  --deltas none|bsdiff-zstd|bsdiff40|zstd   offers patches to who says what it has, where that is published too (none)
  --lenient                        answer a check while the machine's last update is under way; Nebraska refuses it
  --offer-older                    offer the newest release also to machines that run a newer one
  --quiet                          no line for each request

Omaha is at /v1/update/, /update and /service/update2/json. While it runs:
  curl -X PUT --data-binary @FILE http://HOST:PORT/mock/apps/APPID/releases/VERSION    offers FILE; DELETE withdraws it
    ?name=NAME&track=NAME          and add=true for one more package of what is published, required=false with it
    /beside/NAME                   under the same address: PUT serves the body as NAME beside its packages
  curl http://HOST:PORT/mock/requests                                                  all that was asked
  curl -d '{"next":3,"on":"package","what":"cut"}' http://HOST:PORT/mock/faults        fails; DELETE heals
Its first line is "listening on http://HOST:PORT". Exit codes: 0 told to end, 64 wrong options, 66 no such file,
69 no such address.
Example: baton-mock-server --listen 127.0.0.1:8080 --publish web=1.1.0=./server-1.1.0
)";

namespace {

[[noreturn]] void refuse(const std::string& why)
{
    throw std::invalid_argument(why + "; see baton-mock-server --help");
}

Publication readPublication(std::string_view text, Publication::As as)
{
    const auto first = text.find('=');
    const auto second = first == text.npos ? text.npos : text.find('=', first + 1);
    if (second == text.npos || first == 0 || second == first + 1 || second + 1 == text.size())
        refuse((as == Publication::As::Release ? "--publish" : "--add") +
               std::string(" needs APPID=VERSION=FILE, not ") + escaped(text));
    return {std::string(text.substr(0, first)), std::string(text.substr(first + 1, second - first - 1)),
            std::string(text.substr(second + 1)), as};
}

template <Publication::As as>
void publish(CommandLine& line, std::string_view value)
{
    line.publications.push_back(readPublication(value, as));
}

void setListen(CommandLine& line, std::string_view value)
{
    const auto address = parseHostPort(value);
    if (!address) refuse("--listen needs HOST:PORT, not " + escaped(value));
    line.listen = *address;
}

void setSha256(CommandLine& line, std::string_view value)
{
    struct Word {
        std::string_view text;
        Sha256In place;
    };
    constexpr std::array Words{Word{"both", Sha256In::PackageAndAction}, Word{"action", Sha256In::Action},
                               Word{"none", Sha256In::Nowhere}};
    for (const auto& word : Words)
        if (word.text == value) {
            line.sha256In = word.place;
            return;
        }
    refuse("--sha256 needs both, action or none, not " + escaped(value));
}

void setCupKey(CommandLine& line, std::string_view value)
{
    const auto colon = value.find(':');
    if (colon == value.npos || colon == 0 || colon + 1 == value.size())
        refuse("--cup-key needs ID:FILE, not " + escaped(value));
    line.cupKeys.emplace_back(value.substr(0, colon), std::string(value.substr(colon + 1)));
}

void setDeltas(CommandLine& line, std::string_view value)
{
    line.deltas = delta::algorithmNamed(value);
    if (!line.deltas && value != "none")
        refuse("--deltas needs none, bsdiff-zstd, bsdiff40 or zstd, not " + escaped(value));
}

struct Valued {
    std::string_view name;
    void (*set)(CommandLine&, std::string_view value);
};
struct Flag {
    std::string_view name;
    void (*set)(CommandLine&);
};

constexpr std::array ValuedOptions{
    Valued{"--listen", setListen},
    Valued{"--publish", publish<Publication::As::Release>},
    Valued{"--add", publish<Publication::As::FurtherPackage>},
    Valued{"--sha256", setSha256},
    Valued{"--cup-key", setCupKey},
    Valued{"--sign-key",
           [](CommandLine& line, std::string_view value) { line.signKeys.emplace_back(std::string(value)); }},
    Valued{"--deltas", setDeltas},
};
constexpr std::array Flags{
    Flag{"--lenient", [](CommandLine& line) { line.manners = Manners::Lenient; }},
    Flag{"--offer-older", [](CommandLine& line) { line.offers = Offers::Any; }},
    Flag{"--quiet", [](CommandLine& line) { line.quiet = true; }},
    Flag{"--help", [](CommandLine& line) { line.help = true; }},
};

template <typename Table>
auto find(const Table& table, std::string_view name)
{
    const typename Table::value_type* found = nullptr;
    for (const auto& entry : table)
        if (entry.name == name) found = &entry;
    return found;
}

} // namespace

CommandLine parseCommandLine(const std::vector<std::string_view>& arguments)
{
    CommandLine line;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto equals = arguments[i].starts_with("--") ? arguments[i].find('=') : std::string_view::npos;
        const auto name = arguments[i].substr(0, equals);
        if (const auto* flag = find(Flags, name); flag != nullptr && equals == name.npos) {
            flag->set(line);
            continue;
        }
        const auto* option = find(ValuedOptions, name);
        if (option == nullptr) refuse("unknown option " + escaped(arguments[i]));
        if (equals != name.npos) {
            option->set(line, arguments[i].substr(equals + 1));
            continue;
        }
        if (i + 1 == arguments.size()) refuse(std::string(name) + " needs a value");
        option->set(line, arguments[++i]);
    }
    return line;
}

} // namespace baton::mock
