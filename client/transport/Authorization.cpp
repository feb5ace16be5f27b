#include "client/transport/Authorization.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>

namespace baton::transport {
namespace {

constexpr std::size_t Longest = 8192;

Failure wrong(const std::filesystem::path& file, const std::string& why)
{
    return Failure{Category::Download, code::AnswerInvalid, escaped(file.string()) + ' ' + why};
}

Failure unreadable(const std::exception& e) { return Failure{Category::Download, code::Transfer, escaped(e.what())}; }

// What is opened is what is judged: no time between the two.
Result<Done> judge(int fd, const std::filesystem::path& file)
{
    struct stat facts {};
    os::check(::fstat(fd, &facts), "look at " + file.string());
    if (!S_ISREG(facts.st_mode)) return wrong(file, "is no regular file");
    if ((facts.st_mode & S_IRWXO) != 0)
        return wrong(file, "holds a secret, and everybody on this machine may use it; chmod o= takes that away");
    return Done{};
}

// "Bearer abc": a scheme's name, a blank, and something behind it.  [RFC 9110, 11.4]
bool isHeaderValue(std::string_view text)
{
    const auto blank = text.find(' ');
    if (blank == text.npos || blank == 0 || blank + 1 == text.size() || text.ends_with(' ')) return false;
    const auto scheme = text.substr(0, blank);
    return std::all_of(scheme.begin(), scheme.end(),
                       [](unsigned char c) {
                           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                  c == '-';
                       }) &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

} // namespace

Result<std::string> readAuthorization(const std::filesystem::path& file, const OpenFile& open)
try {
    const auto opened = open(file);
    if (auto fine = judge(opened.get(), file); !fine) return fine.error();
    auto text = readUpTo(opened.get(), Longest + 1, file);
    if (text.size() > Longest) return wrong(file, "is longer than 8 KiB");
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    if (!isHeaderValue(text))
        return wrong(file, "does not hold one line with the value of an Authorization header, such as Bearer TOKEN");
    return text;
} catch (const std::system_error& e) {
    return unreadable(e);
}

Result<Done> checkSecret(const std::filesystem::path& file)
try {
    return judge(openNamed(file).get(), file);
} catch (const std::system_error& e) {
    return unreadable(e);
}

} // namespace baton::transport
