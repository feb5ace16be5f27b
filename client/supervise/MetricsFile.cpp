#include "client/supervise/MetricsFile.h"

#include "client/os/Files.h"

#include <sys/types.h>

#include <exception>
#include <system_error>
#include <utility>

namespace baton::supervise {
namespace {

constexpr mode_t ForEverybody = 0644; // The collector is another user.

} // namespace

MetricsFile::MetricsFile(std::filesystem::path path, Log& log, Begin begin) : path_(std::move(path)), log_(log)
{
    if (begin == Begin::Anew) os::replaceFile(path_, {}, ForEverybody);
}

MetricsFile::~MetricsFile()
{
    std::error_code none;
    std::filesystem::remove(path_, none);
}

void MetricsFile::write(const std::string& text) noexcept
try {
    if (text == written_) return;
    os::replaceFile(path_, text, ForEverybody);
    written_ = text;
    if (std::exchange(failed_, false)) log_.info("the file of --metrics is written again");
} catch (const std::exception& error) {
    if (!std::exchange(failed_, true)) log_.error(std::string("the file of --metrics is old: ") + error.what());
}

} // namespace baton::supervise
