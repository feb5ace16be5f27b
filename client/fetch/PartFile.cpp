#include "client/fetch/PartFile.h"

#include "client/fetch/Space.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <openssl/evp.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <vector>

namespace baton::fetch {
namespace {

constexpr std::size_t BlockSize = 1024 * 1024;
constexpr std::uintmax_t LookEvery = 256 * 1024;

void checkEvp(int result)
{
    if (result != 1) throw std::runtime_error("OpenSSL cannot compute a SHA-256");
}

} // namespace

void eachBlock(int file, const std::filesystem::path& path, const std::function<bool(std::string_view)>& take)
{
    std::vector<char> block(BlockSize);
    for (;;) {
        const auto length = ::read(file, block.data(), block.size());
        if (length < 0 && errno == EINTR) continue;
        if (os::check(length, "read " + path.string()) == 0) return;
        if (!take({block.data(), static_cast<std::size_t>(length)})) return;
    }
}

struct Sha256::Context {
    std::unique_ptr<EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)> evp{::EVP_MD_CTX_new(), &::EVP_MD_CTX_free};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { restart(); }
Sha256::~Sha256() = default;

void Sha256::restart() { checkEvp(::EVP_DigestInit_ex(context_->evp.get(), ::EVP_sha256(), nullptr)); }

void Sha256::add(std::string_view bytes)
{
    checkEvp(::EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()));
}

std::string Sha256::finish()
{
    static constexpr std::string_view Digits = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    checkEvp(::EVP_DigestFinal_ex(context_->evp.get(), digest.data(), &length));
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
        text += Digits[digest[i] >> 4U];
        text += Digits[digest[i] & 0xFU];
    }
    return text;
}

std::string digestOf(const std::filesystem::path& file)
{
    const os::UniqueFd opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!opened) {
        if (errno == ENOENT) return {};
        os::fail("open " + file.string());
    }
    Sha256 hash;
    eachBlock(opened.get(), file, [&](std::string_view bytes) {
        hash.add(bytes);
        return true;
    });
    return hash.finish();
}

std::int64_t reservedBytes(const std::filesystem::path& path)
{
    constexpr std::int64_t StatBlock = 512; // [stat(2): st_blocks counts these, whatever the file system's own]
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_blocks * StatBlock : 0;
}

PartFile::PartFile(const std::filesystem::path& path, std::int64_t sizeBytes, Room room)
    : path_(path),
      file_(os::open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0640)), // The stager may be of the group alone.
      sizeBytes_(sizeBytes),
      room_(room)
{
    takeUp();
    reserve();
}

// Only the allocation tells the truth about a full disk. A file system that knows no such call is asked plainly.
void PartFile::reserve()
{
    if (room_ != Room::Reserved || ::fallocate(file_.get(), FALLOC_FL_KEEP_SIZE, 0, sizeBytes_) == 0) return;
    const int error = errno;
    const auto missing = static_cast<std::uintmax_t>(sizeBytes_ - bytes_);
    const bool unknown = error == EOPNOTSUPP || error == ENOSYS;
    if (!unknown || os::freeBytes(path_) < missing)
        os::fail("reserve " + std::to_string(sizeBytes_) + " bytes for " + path_.string(), unknown ? ENOSPC : error);
    room_ = Room::AsItComes;
}

void PartFile::takeUp()
{
    eachBlock(file_.get(), path_, [&](std::string_view bytes) {
        hash_.add(bytes);
        bytes_ += static_cast<std::int64_t>(bytes.size());
        return bytes_ <= sizeBytes_;
    });
    if (bytes_ > sizeBytes_) empty();
}

void PartFile::append(std::string_view bytes)
{
    if (room_ == Room::AsItComes && bytes_ >= lookAt_) look(bytes.size());
    os::writeAll(file_.get(), bytes, path_);
    hash_.add(bytes);
    bytes_ += static_cast<std::int64_t>(bytes.size());
}

// Somebody else may be filling the disk, too.
void PartFile::look(std::size_t more)
{
    const auto disk = os::diskOf(path_);
    if (disk.sizeBytes == 0) return; // It says nothing of itself.
    const auto reserve = reserveOf(disk);
    if (disk.freeBytes < reserve + more)
        os::fail("write " + path_.string() + " and leave " + std::to_string(reserve) + " bytes of the disk free",
                 ENOSPC);
    lookAt_ = bytes_ + static_cast<std::int64_t>(std::min(LookEvery, disk.freeBytes - reserve - more));
}

void PartFile::restart()
{
    empty();
    reserve(); // The file system gave it back with the bytes.
}

void PartFile::empty()
{
    os::check(::ftruncate(file_.get(), 0), "truncate " + path_.string());
    os::check(::lseek(file_.get(), 0, SEEK_SET), "seek in " + path_.string());
    hash_.restart();
    bytes_ = 0;
    lookAt_ = 0; // Somebody else may have taken what the bytes left.
}

void PartFile::finishAs(const std::filesystem::path& target)
{
    os::syncFile(file_.get(), path_);
    os::renameDurably(path_, target);
}

} // namespace baton::fetch
