#include "client/delta/Rebuild.h"

#include "client/delta/BadPatch.h"

#include <algorithm>
#include <vector>

namespace baton::delta {
namespace {

constexpr std::int64_t BlockBytes = 256 * 1024;

// bsdiff itself writes triples that make nothing, often the first, and at times two in a row.
constexpr int MostIdle = 16;

class Rebuilder {
public:
    Rebuilder(Recipe& recipe, const OldFile& old, std::int64_t newBytes, const Sink& sink)
        : recipe_(recipe),
          old_(old),
          newBytes_(newBytes),
          sink_(sink),
          block_(static_cast<std::size_t>(std::min(BlockBytes, newBytes)))
    {
    }

    void run()
    {
        while (made_ < newBytes_) take(recipe_.next());
        flush();
        recipe_.demandEnd();
    }

private:
    void take(const Triple& triple)
    {
        if (triple.add < 0 || triple.insert < 0) throw BadPatch("the patch asks for a negative number of bytes");
        if (triple.add > newBytes_ - made_ || triple.insert > newBytes_ - made_ - triple.add)
            throw BadPatch("the patch makes more than the promised " + std::to_string(newBytes_) + " bytes");
        idle_ = triple.add + triple.insert == 0 ? idle_ + 1 : 0;
        if (idle_ > MostIdle) throw BadPatch("the patch goes on without making anything");
        copy(triple.add);
        insert(triple.insert);
        if (__builtin_add_overflow(at_, triple.seek, &at_)) throw BadPatch("the patch seeks beyond all numbers");
    }

    void copy(std::int64_t bytes)
    {
        if (bytes > 0 && (at_ < 0 || at_ > old_.sizeBytes() || bytes > old_.sizeBytes() - at_))
            throw BadPatch("the patch reads outside of the old file");
        each(bytes, [this](std::span<char> block) {
            old_.read(at_, block);
            at_ += static_cast<std::int64_t>(block.size());
            recipe_.addDifferences(block);
        });
    }

    void insert(std::int64_t bytes)
    {
        each(bytes, [this](std::span<char> block) { recipe_.insert(block); });
    }

    // What triples make is gathered into whole blocks.
    template <typename Fill>
    void each(std::int64_t bytes, Fill fill)
    {
        while (bytes > 0) {
            if (filled_ == block_.size()) flush();
            const auto length = std::min(static_cast<std::size_t>(bytes), block_.size() - filled_);
            fill(std::span(block_).subspan(filled_, length));
            filled_ += length;
            made_ += static_cast<std::int64_t>(length);
            bytes -= static_cast<std::int64_t>(length);
        }
    }

    void flush()
    {
        if (filled_ > 0) sink_({block_.data(), filled_});
        filled_ = 0;
    }

    Recipe& recipe_;
    const OldFile& old_;
    std::int64_t newBytes_;
    const Sink& sink_;
    std::vector<char> block_;
    std::size_t filled_ = 0; ///< of it, and not yet given to the sink
    std::int64_t at_ = 0;    ///< in the old file
    std::int64_t made_ = 0;
    int idle_ = 0;
};

} // namespace

void rebuild(Recipe& recipe, const OldFile& old, std::int64_t newBytes, const Sink& sink)
{
    Rebuilder(recipe, old, newBytes, sink).run();
}

} // namespace baton::delta
