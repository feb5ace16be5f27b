#include "client/fetch/Fetcher.h"

#include "client/core/Duration.h"
#include "client/core/RetryAfter.h"
#include "client/core/Text.h"
#include "client/fetch/IntoPart.h"

#include <sys/stat.h>

#include <fcntl.h>

#include <algorithm>
#include <optional>

namespace baton::fetch {
namespace {

// An exchange that brought less is a failure of its address: a server that cuts after each few bytes is no server.
constexpr std::int64_t WorthGoingOn = 64 * 1024;

// Whoever is away for longer is asked again with the next attempt.
constexpr Duration LongestStay = std::chrono::hours(1);

// One package and all of its addresses.
class Download {
public:
    Download(transport::Transport& transport, const Clock& clock, const std::filesystem::path& directory,
             const Patience& patience, Throttle& throttle, const Wanted& wanted, Watcher& watcher)
        : transport_(transport),
          clock_(clock),
          patience_(patience),
          throttle_(throttle),
          wanted_(wanted),
          watcher_(watcher),
          target_(directory / wanted.sha256),
          part_(directory / (wanted.sha256 + ".part"), wanted.sizeBytes),
          validator_(wanted.trace.validator),
          addresses_(wanted.urls.size(), wanted.trace.failures, patience)
    {
        if (validator_.empty() && part_.bytes() < wanted.sizeBytes) part_.restart();
        most_ = part_.bytes();
    }

    Result<Ending> run()
    {
        if (part_.bytes() == wanted_.sizeBytes) { // A crash came between the last byte and the rename.
            if (isRight()) return kept();
            part_.restart();
        }
        for (const auto& copy : wanted_.copies) {
            if (const auto ended = from(copy)) return *ended;
            part_.restart();
        }
        Failure last{Category::Download, code::Transfer, "no address is left to ask"};
        while (const auto next = addresses_.next(clock_.now())) {
            if (next->pause > Duration(0) && !watcher_.pause(next->pause)) return Ending::Stopped;
            auto ended = from(next->index);
            if (ended || cause_ == Cause::Disk) return ended;
            if (cause_ == Cause::Stopped) return Ending::Stopped;
            last = ended.error();
        }
        return last;
    }

private:
    // Nothing if the file is not there, or has other bytes.
    std::optional<Ending> from(const std::filesystem::path& copy)
    {
        const os::UniqueFd file(::open(copy.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
        struct stat status {};
        if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
        if (status.st_size != wanted_.sizeBytes) return std::nullopt;
        part_.restart();
        bool wanted = true;
        eachBlock(file.get(), copy, [&](std::string_view bytes) {
            if (part_.bytes() + static_cast<std::int64_t>(bytes.size()) > wanted_.sizeBytes) return false;
            part_.append(bytes);
            wanted = watcher_.progress(part_.bytes());
            return wanted;
        });
        if (!wanted) return Ending::Stopped;
        if (part_.bytes() != wanted_.sizeBytes || !isRight()) return std::nullopt;
        return kept();
    }

    // One exchange with one address, and what it means for that address.
    Result<Ending> from(std::size_t index)
    {
        cause_ = Cause::Address;
        const auto url = transport::parseUrl(wanted_.urls[index]);
        const auto result = url ? once(*url) : Result<Ending>(url.error());
        if (result || cause_ == Cause::Disk || cause_ == Cause::Stopped) return result;
        if (cause_ == Cause::Connection && part_.bytes() >= most_ + WorthGoingOn) {
            most_ = part_.bytes();
            addresses_.brought(index);
        } else {
            addresses_.failed(index, cause_ == Cause::Connection ? Fault::Passing : Fault::Lasting);
        }
        auto why = result.error();
        if (const auto stay = url ? stayAt(*url) : std::nullopt) {
            addresses_.away(index, clock_.now() + *stay);
            why.detail += " and asks to stay away, which we do for " + printDuration(*stay);
        }
        note(why.detail);
        return why;
    }

    // How long the server of an address asked to be left alone. Over plain http anybody on the way could say so: there
    // it costs no more than the failure itself may.
    std::optional<Duration> stayAt(const transport::Url& url) const
    {
        const bool believed = url.scheme == transport::Scheme::Https || isLoopback(url);
        const auto asked = parseRetryAfter(retryAfter_, clock_.wall());
        if (!asked) return std::nullopt;
        return std::clamp<Duration>(*asked, patience_.firstPause, believed ? LongestStay : patience_.longestPause);
    }

    Result<Ending> once(const transport::Url& url)
    {
        transport::Headers headers;
        if (validator_.empty() && part_.bytes() > 0)
            part_.restart(); // Nobody could say whether these are still its bytes.
        if (part_.bytes() > 0) {
            headers.emplace_back("Range", "bytes=" + std::to_string(part_.bytes()) + '-');
            headers.emplace_back("If-Range", validator_);
        }
        bool isWhole = false;
        IntoPart receiver(part_, wanted_.sizeBytes, watcher_, throttle_, [&](std::string validator) {
            isWhole = true;
            validator_ = std::move(validator);
            note({});
        });
        const auto got = transport_.get(url, headers, receiver);
        cause_ = receiver.cause();
        retryAfter_ = receiver.retryAfter();
        if (got) return check(url, isWhole);
        if (got.error().code != code::Transfer && cause_ == Cause::Connection) cause_ = Cause::Address;
        return got.error();
    }

    // Of bytes that came in several exchanges nobody knows which were wrong: the last address may begin anew.
    Result<Ending> check(const transport::Url& url, bool isWhole)
    {
        if (part_.bytes() == wanted_.sizeBytes && isRight()) return kept();
        part_.restart();
        cause_ = isWhole ? Cause::Address : Cause::Connection;
        return Failure{Category::Download, code::HashMismatch,
                       "the bytes from " + escaped(print(url)) + " are not the ones offered: their SHA-256 differs"};
    }

    void note(const std::string& setback) { watcher_.note({validator_, addresses_.failures()}, setback); }

    bool isRight() { return part_.digest() == wanted_.sha256; }

    Ending kept()
    {
        part_.finishAs(target_);
        return Ending::Complete;
    }

    transport::Transport& transport_;
    const Clock& clock_;
    Patience patience_;
    Throttle& throttle_;
    const Wanted& wanted_;
    Watcher& watcher_;
    std::filesystem::path target_;
    PartFile part_;
    std::string validator_;
    Addresses addresses_;
    std::int64_t most_ = 0; ///< the most that was ever here
    Cause cause_ = Cause::Connection;
    std::string retryAfter_; ///< of the last exchange
};

} // namespace

Fetcher::Fetcher(transport::Transport& transport, const Clock& clock, std::filesystem::path directory,
                 const Patience& patience, Throttle& throttle)
    : transport_(transport),
      clock_(clock),
      directory_(std::move(directory)),
      patience_(patience),
      throttle_(throttle)
{
}

Result<Ending> Fetcher::fetch(const Wanted& wanted, Watcher& watcher)
try {
    if (digestOf(directory_ / wanted.sha256) == wanted.sha256) return Ending::Complete;
    auto patience = patience_;
    if (wanted.failuresPerUrl > 0) patience.failures = wanted.failuresPerUrl;
    return Download(transport_, clock_, directory_, patience, throttle_, wanted, watcher).run();
} catch (const std::exception& e) {
    return diskFailure(e);
}

} // namespace baton::fetch
