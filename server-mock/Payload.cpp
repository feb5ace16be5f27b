#include "server-mock/Payload.h"

#include "client/verify/Sha256.h"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/SHA1Engine.h>
#include <Poco/Timestamp.h>

#include <sys/stat.h>

#include <cstring>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace baton::mock {
namespace {

constexpr std::size_t BlockBytes = 256 * 1024;

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& why)
{
    throw std::runtime_error("publish " + file.string() + ": " + why);
}

std::time_t modificationOf(const std::filesystem::path& file)
{
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) fail(file, std::strerror(errno));
    if (!S_ISREG(status.st_mode)) fail(file, "it is no regular file");
    return status.st_mtime;
}

} // namespace

Payload::Payload(std::filesystem::path file, AtEnd atEnd)
    : file_(std::move(file)),
      atEnd_(atEnd),
      modified_(modificationOf(file_))
{
    std::ifstream in(file_, std::ios::binary);
    if (!in) fail(file_, std::strerror(errno));
    verify::Sha256 sha256;
    Poco::SHA1Engine sha1;
    std::vector<char> block(BlockBytes);
    while (in.read(block.data(), static_cast<std::streamsize>(block.size())), in.gcount() > 0) {
        const auto length = static_cast<std::size_t>(in.gcount());
        sha256.update({block.data(), length});
        sha1.update(block.data(), length);
        sizeBytes_ += in.gcount();
    }
    if (in.bad()) fail(file_, "it cannot be read to its end");
    if (sizeBytes_ == 0) fail(file_, "it is empty, and Omaha offers sizes of 1 and more");
    sha256_ = sha256.finish();
    sha1_ = Poco::DigestEngine::digestToHex(sha1.digest());
}

Payload::~Payload()
{
    std::error_code none;
    if (atEnd_ == AtEnd::RemoveFile) std::filesystem::remove(file_, none);
}

std::string Payload::etag() const { return '"' + sha256_ + '"'; }

std::string Payload::lastModified() const
{
    return Poco::DateTimeFormatter::format(Poco::Timestamp::fromEpochTime(modified_),
                                           Poco::DateTimeFormat::HTTP_FORMAT);
}

} // namespace baton::mock
