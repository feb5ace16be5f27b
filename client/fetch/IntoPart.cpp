#include "client/fetch/IntoPart.h"

#include "client/fetch/Response.h"

namespace baton::fetch {

Failure diskFailure(const std::exception& error)
{
    return Failure{Category::Download, code::WriteFailed, error.what()};
}

IntoPart::IntoPart(PartFile& part, std::int64_t sizeBytes, Watcher& watcher, Throttle& throttle,
                   std::function<void(std::string)> begun)
    : part_(part),
      sizeBytes_(sizeBytes),
      watcher_(watcher),
      throttle_(throttle),
      begun_(std::move(begun)),
      have_(part.bytes())
{
}

Result<std::int64_t> IntoPart::begin(const transport::HttpHead& head)
try {
    constexpr int PartialContent = 206;
    const auto meaning = judge(head, have_, sizeBytes_);
    if (isPassing(head.status)) retryAfter_ = head.header("Retry-After");
    if (!meaning && head.status == PartialContent && have_ > 0) {
        part_.restart(); // It cannot do ranges right; from zero it may.
        return because(Cause::Connection, meaning.error());
    }
    if (!meaning) return because(isPassing(head.status) ? Cause::Connection : Cause::Address, meaning.error());
    if (*meaning != Meaning::GoOn) part_.restart(); // Before the new validator: never new words for old bytes.
    if (*meaning == Meaning::ThrowAway)
        return Failure{Category::Download, code::Transfer, "the server no longer has what was begun"};
    if (*meaning == Meaning::FromZero) begun_(validatorOf(head));
    return sizeBytes_ - part_.bytes();
} catch (const std::exception& e) {
    return because(Cause::Disk, diskFailure(e));
}

Result<Done> IntoPart::take(std::string_view bytes)
try {
    part_.append(bytes);
    const auto wait = throttle_.take(static_cast<std::int64_t>(bytes.size()));
    if (watcher_.progress(part_.bytes()) && (wait == Duration(0) || watcher_.pause(wait))) return Done{};
    return because(Cause::Stopped, Failure{Category::Download, code::Transfer, "stopped"});
} catch (const std::exception& e) {
    return because(Cause::Disk, diskFailure(e));
}

Failure IntoPart::because(Cause cause, Failure failure)
{
    cause_ = cause;
    return failure;
}

} // namespace baton::fetch
