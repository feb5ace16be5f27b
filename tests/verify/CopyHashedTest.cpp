#include "client/verify/CopyHashed.h"

#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/verify/Sha256.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <fcntl.h>

#include <cerrno>
#include <limits>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

namespace baton::verify {
namespace {

// FIPS 180-2, appendix B.
constexpr const char* OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* OfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

os::UniqueFd memory(std::string_view bytes)
{
    os::UniqueFd file(os::check(::memfd_create("test", MFD_CLOEXEC), "make a file"));
    os::writeAll(file.get(), bytes, "test");
    os::check(::lseek(file.get(), 0, SEEK_SET), "seek");
    return file;
}

std::string contentOf(const os::UniqueFd& file)
{
    std::string bytes(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
    os::check(::pread(file.get(), bytes.data(), bytes.size(), 0), "read");
    return bytes;
}

TEST(Sha256, KnowsThePublishedDigests)
{
    EXPECT_EQ(sha256Of("abc"), OfAbc);
    EXPECT_EQ(sha256Of(""), OfNothing);
    Sha256 digest;
    digest.update("a");
    digest.update("");
    digest.update("bc");
    EXPECT_EQ(digest.finish(), OfAbc);
}

TEST(CopyHashed, HashesTheBytesThatItCopies)
{
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{256 * 1024}, std::size_t{700'001}}) {
        const std::string bytes(size, 'b');
        const auto from = memory(bytes);
        const auto to = memory("");
        const auto copied = copyHashed(from.get(), to.get(), static_cast<std::int64_t>(size), "from", "to");
        EXPECT_EQ(copied, (Copied{static_cast<std::int64_t>(size), sha256Of(bytes)}));
        EXPECT_EQ(contentOf(to), bytes);
    }
}

TEST(CopyHashed, StopsOneByteBeyondThePromise)
{
    const auto from = memory(std::string(1'000'000, 'x'));
    const auto to = memory("");
    EXPECT_EQ(copyHashed(from.get(), to.get(), 1000, "from", "to").sizeBytes, 1001);
    EXPECT_EQ(contentOf(to).size(), 1001U);
    EXPECT_EQ(::lseek(from.get(), 0, SEEK_CUR), 1001);
}

TEST(CopyHashed, SaysHowLittleThereIs)
{
    const auto from = memory("abc");
    const auto to = memory("");
    EXPECT_EQ(copyHashed(from.get(), to.get(), 1000, "from", "to"), (Copied{3, OfAbc}));
}

TEST(CopyHashed, GoesOnAfterShortReadsAndWrites)
{
    int in[2];
    int out[2];
    ASSERT_EQ(::pipe2(in, O_CLOEXEC), 0);
    ASSERT_EQ(::pipe2(out, O_CLOEXEC), 0);
    os::UniqueFd readEnd(in[0]);
    os::UniqueFd writeEnd(in[1]);
    const os::UniqueFd outRead(out[0]);
    os::UniqueFd outWrite(out[1]);
    std::string bytes;
    for (int i = 0; i < 40'000; ++i) bytes += std::to_string(i) + ' ';

    std::thread feeder([&] {
        for (std::size_t at = 0; at < bytes.size(); at += 777)
            os::writeAll(writeEnd.get(), std::string_view(bytes).substr(at, 777), "pipe");
        writeEnd.reset();
    });
    std::string received;
    std::thread drainer([&] {
        char block[1000];
        for (ssize_t n = 0; (n = ::read(outRead.get(), block, sizeof block)) > 0;)
            received.append(block, static_cast<std::size_t>(n));
    });
    const auto copied = copyHashed(readEnd.get(), outWrite.get(), 1'000'000, "from", "to");
    outWrite.reset();
    feeder.join();
    drainer.join();
    EXPECT_EQ(copied, (Copied{static_cast<std::int64_t>(bytes.size()), sha256Of(bytes)}));
    EXPECT_EQ(received, bytes);
}

TEST(CopyHashed, NamesTheSideThatFailed)
{
    const auto full = os::open("/dev/full", O_WRONLY);
    const auto directory = os::open("/", O_RDONLY | O_DIRECTORY);
    const auto from = memory("abc");
    try {
        copyHashed(from.get(), full.get(), 3, "the download", "the copy");
        FAIL() << "a full disk took it";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), ENOSPC);
        EXPECT_STREQ(error.what(), "write the copy: No space left on device");
    }
    try {
        hash(directory.get(), 3, "the download");
        FAIL() << "a directory was read";
    } catch (const std::system_error& error) {
        EXPECT_STREQ(error.what(), "read the download: Is a directory");
    }
}

TEST(CopyHashed, RefusesAPromiseThatIsNoSize)
{
    const auto from = memory("abc");
    EXPECT_THROW(hash(from.get(), -1, "x"), std::invalid_argument);
    EXPECT_THROW(hash(from.get(), std::numeric_limits<std::int64_t>::max(), "x"), std::invalid_argument);
    EXPECT_EQ(hash(from.get(), std::numeric_limits<std::int64_t>::max() - 1, "x"), (Copied{3, OfAbc}));
}

} // namespace
} // namespace baton::verify
