#include "client/source/Sentences.h"

#include "client/core/Text.h"
#include "protocol/Attributes.h"

#include <algorithm>
#include <array>

namespace baton::source {
namespace {

struct Sentence {
    std::string_view word;
    std::string_view meaning;
    bool notNow = false;
    bool awaitsEvent = false;
};

constexpr std::string_view IdOption = "--app-id"; // In the sentences it stands for the option that is meant.

// From CoreUpdate's, Nebraska's and Omaha's lists.
constexpr std::array Sentences{
    // Of an app.
    Sentence{"restricted", "this app is not offered here"},
    Sentence{"error-unknownApplication", "it does not know this app: check --app-id"},
    Sentence{"error-invalidAppId", "the app's id is not of a form that it takes: check --app-id"},
    Sentence{"error-invalidVersion", "the running version is not of a form that it takes: a version must be A.B.C"},
    Sentence{"error-unknownApplicationOrGroup", "it knows no such app or track: check --app-id and --track"},
    Sentence{"error-failedToRetrieveUpdatePackageInfo", "it knows no such app or track, or the track has no package: "
                                                        "check --app-id and --track"},
    Sentence{"error-noPackageFound", "the track has no package yet", true},
    Sentence{"error-instanceRegistrationFailed", "it could not register this machine: a version must be A.B.C"},
    Sentence{"error-updatesDisabled", "updates are switched off for this track; nothing to do here", true},
    Sentence{"error-maxUpdatesPerPeriodLimitReached", "enough machines update in this period; this one comes later",
             true},
    Sentence{"error-maxConcurrentUpdatesLimitReached", "enough machines update just now; this one comes later", true},
    Sentence{"error-maxTimedOutUpdatesLimitReached", "too many updates did not end; it holds the others back", true},
    Sentence{"error-couldNotCheckUpdatesStats", "it could not count the updates under way; its own log says why"},
    Sentence{"error-updateInProgressOnInstance", "it believes that this machine is updating: it waits for an event",
             false, true},
    // Of an updatecheck.
    Sentence{"error-internal", "something failed inside it; its own log says what"},
    Sentence{"error-hash", "it has an update, and no digest for it: publish the package again"},
    Sentence{"error-osnotsupported", "no release of the app is for this operating system"},
    Sentence{"error-hwnotsupported", "no release of the app is for this hardware"},
    Sentence{"error-unsupportedProtocol", "it does not offer this app in this form of Omaha: try another --protocol"},
    Sentence{"error-pluginRestrictedHost", "it does not offer this app to this machine"},
    Sentence{"error-inexpressible", "it has an update, and none that plain downloads can bring: publish a full "
                                    "package"},
};

} // namespace

Meant meaningOfWord(std::string_view word, std::string_view option)
{
    const auto* const known = std::find_if(Sentences.begin(), Sentences.end(), [&](const Sentence& sentence) {
        return protocol::isWord(sentence.word, word);
    });
    auto sentence = "the server refuses (" + escaped(word) + ')';
    if (known == Sentences.end()) return {sentence + ": a word that this client does not know"};
    sentence.append(": ").append(known->meaning);
    if (const auto at = sentence.find(IdOption); at != std::string::npos) sentence.replace(at, IdOption.size(), option);
    return {std::move(sentence), known->notNow, known->awaitsEvent};
}

} // namespace baton::source
