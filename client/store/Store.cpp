#include "client/store/Store.h"

#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace baton::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t LongestHistory = 64 * 1024 * 1024;

void pointAt(const fs::path& link, const std::optional<ReleaseKey>& key)
{
    const auto target = key ? fs::path("releases") / key->directoryName() : fs::path();
    std::error_code none;
    if (!key) {
        fs::remove(link, none);
        return;
    }
    if (fs::read_symlink(link, none) != target) os::pointDurably(link, target);
}

// What cannot be parsed is as good as not there: such a directory is no release, and may be installed anew.
std::optional<Release> readRelease(const fs::path& directory)
{
    const auto text = os::readWhole(directory / ReleaseFileName);
    if (!text) return std::nullopt;
    try {
        return parseRelease(*text);
    } catch (const std::runtime_error&) {
        return std::nullopt;
    }
}

} // namespace

Store::Store(const fs::path& root) : root_(fs::absolute(root).lexically_normal())
{
    if (!root_.has_filename()) root_ = root_.parent_path(); // "dir/" and "dir" are the same place.
}

void Store::create() const
{
    os::makeDirectory(root_);
    os::makeDirectory(releases());
    os::makeDirectory(downloads());
}

std::optional<os::UniqueFd> Store::lock() const
{
    auto file = os::open(root_ / "lock", O_RDWR | O_CREAT | O_NOFOLLOW); // Never removed: two files would be two locks.
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
    if (errno != EWOULDBLOCK) os::fail("lock " + (root_ / "lock").string());
    return std::nullopt;
}

std::optional<State> Store::loadState() const
{
    const auto text = os::readWhole(stateFile());
    return text ? std::optional(parseState(*text)) : std::nullopt;
}

// Where the agent has a user of its own, the directory hands its group on to what is made in it, and that one reads.
mode_t Store::modeIn(const fs::path& directory)
{
    struct stat status {};
    const bool isShared = ::stat(directory.c_str(), &status) == 0 && (status.st_mode & S_ISGID) != 0;
    return isShared ? 0640 : 0600;
}

void Store::save(const State& state) const { os::writeDurably(stateFile(), print(state), modeIn(root_)); }

std::optional<Attempt> Store::loadAttempt() const
{
    const auto text = os::readStrangers(attemptFile());
    return text ? std::optional(parseAttempt(*text)) : std::nullopt;
}

void Store::save(const Attempt& attempt) const { os::writeDurably(attemptFile(), print(attempt), modeIn(downloads())); }

void Store::save(const Papers& papers) const { os::writeDurably(papersFile(), print(papers), modeIn(downloads())); }

void Store::save(const Learned& learned) const { os::writeDurably(learnedFile(), print(learned)); }

std::optional<Learned> Store::loadLearned() const
{
    const auto text = os::readWhole(learnedFile());
    return text ? std::optional(parseLearned(*text)) : std::nullopt;
}

void Store::forgetLearned() const
{
    std::error_code none;
    fs::remove(learnedFile(), none); // Taken over twice it says nothing new.
}

void Store::forgetAttempt() const
{
    std::error_code none;
    fs::remove(attemptFile(), none); // First: a package without an attempt is rubbish, the other way round a riddle.
    fs::remove(papersFile(), none);
    os::syncDirectory(downloads());
    for (const auto& entry : fs::directory_iterator(downloads())) {
        const auto name = entry.path().filename().string();
        if (name.size() >= 64 && name.find_first_not_of("0123456789abcdef") >= 64) fs::remove(entry.path(), none);
    }
}

KeptHistory Store::keptHistory() const
{
    KeptHistory kept;
    std::istringstream text(os::readWhole(historyFile(), LongestHistory).value_or(std::string()));
    for (std::string line; std::getline(text, line);)
        if (auto parsed = parseHistoryLine(line))
            kept.lines.push_back(std::move(*parsed));
        else if (const auto letGo = parseLetGo(line))
            kept.letGo = *letGo;
    return kept;
}

void Store::shortenHistory(std::size_t most) const
{
    const auto kept = keptHistory();
    if (kept.lines.size() <= most) return;
    const auto letGo = kept.lines.size() - most;
    auto document = printLetGo(kept.letGo + static_cast<std::int64_t>(letGo)) + '\n';
    for (auto i = letGo; i < kept.lines.size(); ++i) document += print(kept.lines[i]) + '\n';
    os::writeDurably(historyFile(), document, modeIn(root_));
}

void Store::append(const HistoryLine& line) const { os::appendLineDurably(historyFile(), print(line), modeIn(root_)); }

std::vector<Release> Store::installed() const
{
    std::vector<Release> found;
    for (const auto& entry : fs::directory_iterator(releases())) {
        if (entry.path().filename().string().starts_with('.')) continue;
        if (auto release = readRelease(entry.path())) found.push_back(std::move(*release));
    }
    return found;
}

std::optional<Release> Store::loadRelease(const ReleaseKey& key) const
{
    auto release = readRelease(releaseDirectory(key));
    if (release && release->key == key) return release;
    return std::nullopt; // The name holds only twelve digits of the digest; the file holds all.
}

void Store::install(const ReleaseKey& key) const
{
    if (loadRelease(key)) return discardStaged(key);
    os::removeTree(releaseDirectory(key));
    os::renameDurably(stagingDirectory(key), releaseDirectory(key));
}

void Store::discardStaged(const ReleaseKey& key) const { os::removeTree(stagingDirectory(key)); }

void Store::removeRelease(const ReleaseKey& key) const
{
    // Renamed first, so that a removal cut short leaves no half release under a release's name.
    const auto rubbish = releases() / (".old-" + key.directoryName());
    os::removeTree(rubbish);
    if (fs::exists(releaseDirectory(key))) os::renameDurably(releaseDirectory(key), rubbish);
    os::removeTree(rubbish);
}

void Store::removeOldReleases(const State& state, const std::function<bool(const ReleaseKey&)>& isUsed, int keep) const
{
    std::vector<std::pair<fs::file_time_type, ReleaseKey>> unused;
    for (const auto& release : installed()) {
        if (isUsed(release.key)) continue;
        if (state.isBlocked(release.key))
            removeRelease(release.key);
        else
            unused.emplace_back(fs::last_write_time(releaseDirectory(release.key) / ReleaseFileName), release.key);
    }
    std::sort(unused.begin(), unused.end(), [](const auto& one, const auto& other) { return one.first > other.first; });
    for (auto i = static_cast<std::size_t>(keep); i < unused.size(); ++i) removeRelease(unused[i].second);
}

void Store::removeLeftovers() const
{
    for (const auto& entry : fs::directory_iterator(releases()))
        if (entry.path().filename().string().starts_with('.')) os::removeTree(entry.path());
    os::removeTree(tryOutDirectory());
}

void Store::pointLinks(const State& state) const
{
    pointAt(root_ / "current", state.current);
    pointAt(root_ / "previous", state.previous);
}

} // namespace baton::store
