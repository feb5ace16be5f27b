#include "client/fetch/Fetcher.h"

#include "client/core/Text.h"
#include "client/fetch/Response.h"

#include <system_error>

namespace baton::fetch {
namespace {

using namespace std::chrono_literals;

constexpr int FruitlessTries = 4; // in a row, at one address, before the next one is asked
constexpr int MostTries = 64;     // at one address: a server that cuts after each few bytes is no server
constexpr Duration FirstPause = 500ms;

Failure diskFailure(const std::exception& e) { return Failure{Category::Download, code::WriteFailed, e.what()}; }

// Why one exchange ended, as far as the next step depends on it.
enum class Cause {
    Connection, // nothing wrong with the address: ask it again
    Address,    // asking the same address again would bring the same
    Disk,       // no address helps
    Stopped     // whoever waited does not wait any more
};

// Writes what one exchange brings into the part. What goes wrong on our side is noted here, since the transport would
// take an exception for one of the network's.
class IntoPart : public transport::Receiver {
public:
    IntoPart(PartFile& part, const Wanted& wanted, Watcher& watcher, std::string& validator)
        : part_(part),
          wanted_(wanted),
          watcher_(watcher),
          validator_(validator),
          have_(part.bytes())
    {
    }

    Cause cause() const { return cause_; }

    Result<std::int64_t> begin(const transport::HttpHead& head) override
    try {
        const auto meaning = judge(head, have_, wanted_.sizeBytes);
        if (!meaning) return because(Cause::Address, meaning.error());
        if (*meaning != Meaning::GoOn) part_.restart(); // Before the new validator: never new words for old bytes.
        if (*meaning == Meaning::ThrowAway)
            return Failure{Category::Download, code::Transfer, "the server no longer has what was begun"};
        if (*meaning == Meaning::FromZero) watcher_.validator(validator_ = validatorOf(head));
        return wanted_.sizeBytes - part_.bytes();
    } catch (const std::exception& e) {
        return because(Cause::Disk, diskFailure(e));
    }

    Result<Done> take(std::string_view bytes) override
    try {
        part_.append(bytes);
        if (watcher_.progress(part_.bytes())) return Done{};
        return because(Cause::Stopped, Failure{Category::Download, code::Transfer, "stopped"});
    } catch (const std::exception& e) {
        return because(Cause::Disk, diskFailure(e));
    }

private:
    Failure because(Cause cause, Failure failure)
    {
        cause_ = cause;
        return failure;
    }

    PartFile& part_;
    const Wanted& wanted_;
    Watcher& watcher_;
    std::string& validator_;
    std::int64_t have_;
    Cause cause_ = Cause::Connection;
};

// One package and all of its addresses.
class Download {
public:
    Download(transport::Transport& transport, const std::filesystem::path& directory, const Wanted& wanted,
             Watcher& watcher)
        : transport_(transport),
          wanted_(wanted),
          watcher_(watcher),
          target_(directory / wanted.sha256),
          part_(directory / (wanted.sha256 + ".part"), wanted.sizeBytes),
          validator_(wanted.validator)
    {
        if (validator_.empty() && part_.bytes() < wanted.sizeBytes) part_.restart();
    }

    Result<Ending> run()
    {
        Failure last{Category::Download, code::Transfer, "no address was offered"};
        if (part_.bytes() == wanted_.sizeBytes) { // A crash came between the last byte and the rename.
            if (isRight()) return kept();
            part_.restart();
        }
        for (const auto& text : wanted_.urls) {
            const auto url = transport::parseUrl(text);
            if (!url) {
                last = url.error();
                continue;
            }
            auto ended = from(*url);
            if (ended || cause_ == Cause::Disk) return ended;
            last = ended.error();
        }
        return last;
    }

private:
    // All tries at one address.
    Result<Ending> from(const transport::Url& url)
    {
        int fruitless = 0;
        for (int tries = 1;; ++tries) {
            const auto before = part_.bytes();
            const auto result = once(url);
            if (result) return check(url);
            if (cause_ == Cause::Stopped) return Ending::Stopped;
            fruitless = part_.bytes() > before ? 0 : fruitless + 1;
            if (cause_ != Cause::Connection || fruitless >= FruitlessTries || tries >= MostTries) return result.error();
            if (!watcher_.pause(FirstPause * (1 << fruitless))) return Ending::Stopped;
        }
    }

    Result<Done> once(const transport::Url& url)
    {
        transport::Headers headers;
        if (validator_.empty() && part_.bytes() > 0)
            part_.restart(); // Nobody could say whether these are still its bytes.
        if (part_.bytes() > 0) {
            headers.emplace_back("Range", "bytes=" + std::to_string(part_.bytes()) + '-');
            headers.emplace_back("If-Range", validator_);
        }
        IntoPart receiver(part_, wanted_, watcher_, validator_);
        auto result = transport_.get(url, headers, receiver);
        cause_ = receiver.cause();
        if (!result && result.error().code != code::Transfer && cause_ == Cause::Connection) cause_ = Cause::Address;
        return result;
    }

    bool isRight() { return part_.digest() == wanted_.sha256; }

    Result<Ending> check(const transport::Url& url)
    {
        if (part_.bytes() == wanted_.sizeBytes && isRight()) return kept();
        part_.restart();
        return Failure{Category::Download, code::HashMismatch,
                       "the bytes from " + escaped(print(url)) + " are not the ones offered: their SHA-256 differs"};
    }

    Result<Ending> kept()
    {
        part_.finishAs(target_);
        return Ending::Complete;
    }

    transport::Transport& transport_;
    const Wanted& wanted_;
    Watcher& watcher_;
    std::filesystem::path target_;
    PartFile part_;
    std::string validator_;
    Cause cause_ = Cause::Connection;
};

} // namespace

Fetcher::Fetcher(transport::Transport& transport, std::filesystem::path directory)
    : transport_(transport),
      directory_(std::move(directory))
{
}

Result<Ending> Fetcher::fetch(const Wanted& wanted, Watcher& watcher)
try {
    if (digestOf(directory_ / wanted.sha256) == wanted.sha256) return Ending::Complete;
    return Download(transport_, directory_, wanted, watcher).run();
} catch (const std::exception& e) {
    return diskFailure(e);
}

} // namespace baton::fetch
