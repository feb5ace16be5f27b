#include "client/delta/Match.h"

#include <divsufsort.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>

namespace baton::delta {
namespace {

struct Found {
    std::int64_t position = 0; ///< in the old file
    std::int64_t length = 0;
};

std::int64_t sameBytes(std::string_view one, std::string_view other)
{
    const auto most = std::min(one.size(), other.size());
    const auto differ = std::mismatch(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(most), other.begin());
    return differ.first - one.begin();
}

class SuffixArray {
public:
    explicit SuffixArray(std::string_view text) : text_(text), order_(text.size())
    {
        if (text.empty()) return;
        const auto* const bytes = reinterpret_cast<const sauchar_t*>(text.data());
        if (divsufsort(bytes, order_.data(), static_cast<saidx_t>(text.size())) != 0) throw std::bad_alloc();
        findBuckets();
    }

    /// The longest beginning of `wanted` that stands in the text.
    Found longest(std::string_view wanted) const
    {
        if (order_.empty() || wanted.empty()) return {};
        auto [first, last] = bucketOf(wanted);
        if (first == last) return {order_[first == order_.size() ? first - 1 : first], 0};
        while (last - first > 1) {
            const auto middle = first + (last - first) / 2;
            (suffix(middle).substr(0, wanted.size()) <= wanted ? first : last) = middle;
        }
        const Found below{order_[first], sameBytes(suffix(first), wanted)};
        if (last == order_.size()) return below;
        const Found above{order_[last], sameBytes(suffix(last), wanted)};
        return below.length > above.length ? below : above;
    }

private:
    static constexpr std::size_t Buckets = 65536; // By the first two bytes: sixteen steps of the search less.

    static std::size_t twoBytes(std::string_view text)
    {
        const auto first = static_cast<unsigned char>(text[0]);
        return std::size_t{first} << 8U | (text.size() > 1 ? static_cast<unsigned char>(text[1]) : 0U);
    }

    std::string_view suffix(std::size_t rank) const { return text_.substr(static_cast<std::size_t>(order_[rank])); }

    // begins_[b]: how many suffixes come before those of bucket b. The one suffix of a single byte is first of its own.
    void findBuckets()
    {
        begins_.assign(Buckets + 1, 0);
        for (std::size_t i = 0; i < text_.size(); ++i) ++begins_[twoBytes(text_.substr(i, 2)) + 1];
        for (std::size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
    }

    // The ranks between which it would stand; the first of the next bucket may be the nearer one, and is looked at.
    std::pair<std::size_t, std::size_t> bucketOf(std::string_view wanted) const
    {
        const auto bucket = twoBytes(wanted);
        return {begins_[bucket], begins_[bucket + 1]};
    }

    std::string_view text_;
    std::vector<saidx_t> order_;
    std::vector<std::size_t> begins_;
};

// How far forward the two go on alike, by bsdiff's measure: two of three bytes may not be worse than one.
std::int64_t goOn(std::string_view one, std::string_view other)
{
    const auto most = static_cast<std::int64_t>(std::min(one.size(), other.size()));
    std::int64_t same = 0;
    std::int64_t best = 0;
    std::int64_t length = 0;
    for (std::int64_t i = 0; i < most;) {
        const auto at = static_cast<std::size_t>(i);
        if (one[at] == other[at]) ++same;
        ++i;
        if (same * 2 - i > best * 2 - length) {
            best = same;
            length = i;
        }
    }
    return length;
}

// The same from the ends backward.
std::int64_t goBack(std::string_view one, std::string_view other)
{
    const auto most = static_cast<std::int64_t>(std::min(one.size(), other.size()));
    std::int64_t same = 0;
    std::int64_t best = 0;
    std::int64_t length = 0;
    for (std::int64_t i = 1; i <= most; ++i) {
        const auto back = static_cast<std::size_t>(i);
        if (one[one.size() - back] == other[other.size() - back]) ++same;
        if (same * 2 - i > best * 2 - length) {
            best = same;
            length = i;
        }
    }
    return length;
}

// Colin Percival's "Naive differences of executable code": matches are kept as long as they are not much worse than the
// ones that begin afresh, and then made longer at both ends.
class Matcher {
public:
    Matcher(std::string_view oldBytes, std::string_view newBytes)
        : old_(oldBytes),
          new_(newBytes),
          suffixes_(oldBytes),
          newSize_(static_cast<std::int64_t>(newBytes.size())),
          oldSize_(static_cast<std::int64_t>(oldBytes.size()))
    {
    }

    std::vector<Triple> run()
    {
        while (scan_ < newSize_) {
            const auto alike = findNext();
            if (found_.length != alike || scan_ == newSize_) emit();
        }
        return std::move(triples_);
    }

private:
    // What one match more costs in the control stream, in bytes that it must be better by.
    static constexpr std::int64_t Slack = 8;

    bool goesOnAlike(std::int64_t position) const
    {
        const auto old = position + lastOffset_;
        return old >= 0 && old < oldSize_ &&
               old_[static_cast<std::size_t>(old)] == new_[static_cast<std::size_t>(position)];
    }

    // Goes to the next place where another match is worth it; how many of its bytes the present one has as well.
    std::int64_t findNext()
    {
        std::int64_t alike = 0;
        scan_ += found_.length;
        auto counted = scan_;
        for (; scan_ < newSize_; ++scan_) {
            found_ = suffixes_.longest(new_.substr(static_cast<std::size_t>(scan_)));
            for (; counted < scan_ + found_.length; ++counted)
                if (goesOnAlike(counted)) ++alike;
            if ((found_.length == alike && found_.length != 0) || found_.length > alike + Slack) break;
            if (goesOnAlike(scan_)) --alike;
        }
        return alike;
    }

    std::string_view oldFrom(std::int64_t at) const { return old_.substr(static_cast<std::size_t>(at)); }
    std::string_view newBetween(std::int64_t begin, std::int64_t end) const
    {
        return new_.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    }

    void emit()
    {
        auto forward = goOn(oldFrom(lastPosition_), newBetween(lastScan_, scan_));
        auto backward = scan_ < newSize_ ? goBack(old_.substr(0, static_cast<std::size_t>(found_.position)),
                                                  newBetween(lastScan_, scan_))
                                         : 0;
        const auto overlap = lastScan_ + forward - (scan_ - backward);
        if (overlap > 0) {
            const auto kept = shareOverlap(forward, backward, overlap);
            forward += kept - overlap;
            backward -= kept;
        }
        const auto insert = scan_ - backward - (lastScan_ + forward);
        triples_.push_back({forward, insert, found_.position - backward - (lastPosition_ + forward)});
        lastScan_ = scan_ - backward;
        lastPosition_ = found_.position - backward;
        lastOffset_ = found_.position - scan_;
    }

    // How many bytes of the overlap the earlier match had better keep.
    std::int64_t shareOverlap(std::int64_t forward, std::int64_t backward, std::int64_t overlap) const
    {
        std::int64_t score = 0;
        std::int64_t best = 0;
        std::int64_t kept = 0;
        for (std::int64_t i = 0; i < overlap; ++i) {
            const auto byte = new_[static_cast<std::size_t>(scan_ - backward + i)];
            if (byte == old_[static_cast<std::size_t>(lastPosition_ + forward - overlap + i)]) ++score;
            if (byte == old_[static_cast<std::size_t>(found_.position - backward + i)]) --score;
            if (score > best) {
                best = score;
                kept = i + 1;
            }
        }
        return kept;
    }

    std::string_view old_;
    std::string_view new_;
    SuffixArray suffixes_;
    std::int64_t newSize_;
    std::int64_t oldSize_;
    std::int64_t scan_ = 0;
    Found found_;
    std::int64_t lastScan_ = 0;
    std::int64_t lastPosition_ = 0;
    std::int64_t lastOffset_ = 0;
    std::vector<Triple> triples_;
};

} // namespace

std::vector<Triple> match(std::string_view oldBytes, std::string_view newBytes)
{
    if (static_cast<std::int64_t>(oldBytes.size()) > LargestOld)
        throw std::invalid_argument("the old file has more than " + std::to_string(LargestOld) +
                                    " bytes, which bsdiff's suffix array cannot count; use zstd");
    return Matcher(oldBytes, newBytes).run();
}

} // namespace baton::delta
