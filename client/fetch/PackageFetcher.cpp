#include "client/fetch/PackageFetcher.h"

#include "client/fetch/IntoPart.h"
#include "client/fetch/Lanes.h"
#include "client/fetch/Space.h"

#include <algorithm>
#include <map>

namespace baton::fetch {
namespace {

// The one package of a release, seen by whoever waits for all of them.
class Alone : public Watcher {
public:
    Alone(Overseer& overseer, std::size_t package) : overseer_(overseer), package_(package) {}

    void note(const Trace& trace, const std::string& setback) override { overseer_.note(package_, trace, setback); }
    bool progress(std::int64_t bytes) override { return overseer_.progress(bytes) != Wish::Stop; }
    bool pause(Duration wait) override { return overseer_.pause(wait); }

private:
    Overseer& overseer_;
    std::size_t package_;
};

// One job for each digest.
std::vector<Job> jobsOf(const std::vector<Wanted>& packages)
{
    std::vector<Job> jobs;
    std::map<std::string, std::size_t> known;
    for (std::size_t i = 0; i < packages.size(); ++i) {
        const auto [at, isNew] = known.try_emplace(packages[i].sha256, jobs.size());
        if (isNew)
            jobs.push_back({&packages[i], i, 1});
        else
            ++jobs[at->second].times;
    }
    return jobs;
}

bool isThere(const std::filesystem::path& file, std::int64_t sizeBytes)
{
    std::error_code none;
    return std::filesystem::file_size(file, none) == static_cast<std::uintmax_t>(sizeBytes) && !none;
}

std::vector<Need> needsOf(const std::vector<Job>& jobs, const Terms& terms)
{
    Need fetching{terms.downloads, 0, "to fetch"};
    Need staging{terms.releases, 0, "to stage"};
    for (const auto& job : jobs) {
        const auto file = terms.downloads / job.wanted->sha256;
        const auto part = std::filesystem::path(file).concat(".part");
        staging.bytes += job.wanted->sizeBytes * job.times;
        if (isThere(file, job.wanted->sizeBytes)) continue;
        fetching.bytes += std::max<std::int64_t>(job.wanted->sizeBytes - reservedBytes(part), 0);
    }
    return {fetching, staging};
}

} // namespace

PackageFetcher::PackageFetcher(transport::Transport& transport, const Clock& clock, Terms terms)
    : transport_(transport),
      clock_(clock),
      terms_(std::move(terms))
{
    terms_.lanes = std::clamp(terms_.lanes, 1, MostLanes);
}

Result<Ending> PackageFetcher::fetch(const std::vector<Wanted>& packages, Overseer& overseer)
try {
    if (packages.empty()) return Ending::Complete;
    const auto jobs = jobsOf(packages);
    if (auto room = demandSpace(needsOf(jobs, terms_)); !room) return room.error();
    Throttle throttle(terms_.bytesPerSecond, clock_);
    Fetcher fetcher(transport_, clock_, terms_.downloads, terms_.patience, throttle);
    if (jobs.size() > 1) return Lanes(fetcher, jobs, overseer).run(static_cast<std::size_t>(terms_.lanes));
    Alone watcher(overseer, jobs.front().package);
    return fetcher.fetch(*jobs.front().wanted, watcher);
} catch (const std::exception& e) {
    return diskFailure(e);
}

} // namespace baton::fetch
