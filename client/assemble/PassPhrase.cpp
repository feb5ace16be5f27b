#include "client/assemble/PassPhrase.h"

#include "client/assemble/UsageError.h"
#include "client/core/Text.h"
#include "client/os/Files.h"
#include "client/os/UniqueFd.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <system_error>

namespace baton::assemble {
namespace {

constexpr std::size_t LongestPhrase = 1023; // OpenSSL's own limit is 1024.

// The terminal does not show what is typed while one lives.
class Hidden {
public:
    explicit Hidden(int terminal) : terminal_(terminal), known_(::tcgetattr(terminal, &before_) == 0)
    {
        auto without = before_;
        without.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (known_) ::tcsetattr(terminal_, TCSAFLUSH, &without);
    }
    ~Hidden()
    {
        if (known_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
    }
    Hidden(const Hidden&) = delete;
    Hidden& operator=(const Hidden&) = delete;

private:
    int terminal_;
    termios before_{};
    bool known_;
};

std::string lineFrom(int terminal)
{
    std::string line;
    char letter = 0;
    while (line.size() < LongestPhrase && ::read(terminal, &letter, 1) == 1 && letter != '\n') line += letter;
    return line;
}

} // namespace

std::optional<std::string> passPhraseFromFile(const Values& values)
{
    if (!values.has("pass-file")) return std::nullopt;
    const auto file = values.text("pass-file");
    try {
        struct stat status {};
        if (::stat(file.c_str(), &status) == 0 && (status.st_mode & 0007U) != 0)
            throw UsageError("--pass-file " + escaped(file) + " is open to everybody: chmod o= " + escaped(file),
                             exitcode::Data);
        auto text = os::readWhole(file, LongestPhrase + 1);
        if (!text) throw UsageError("--pass-file: there is no file " + escaped(file), exitcode::NoInput);
        text->resize(std::min(text->find('\n'), text->size()));
        if (text->empty())
            throw UsageError("--pass-file " + escaped(file) + ": its first line is empty", exitcode::Data);
        return text;
    } catch (const std::system_error& error) {
        throw UsageError(std::string("--pass-file: ") + error.what(), exitcode::NoInput);
    }
}

std::optional<std::string> askPassPhrase(const std::string& question)
{
    const os::UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (terminal.get() < 0) return std::nullopt;
    os::writeAll(terminal.get(), question + ": ", "the terminal");
    const Hidden hidden(terminal.get());
    auto phrase = lineFrom(terminal.get());
    os::writeAll(terminal.get(), "\n", "the terminal");
    return phrase.empty() ? std::nullopt : std::optional(std::move(phrase));
}

} // namespace baton::assemble
