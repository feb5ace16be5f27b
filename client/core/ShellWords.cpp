#include "client/core/ShellWords.h"

#include <utility>

namespace baton {
namespace {

constexpr std::string_view Blanks = " \t\n";
constexpr std::string_view Escapable = "\"\\$`"; // inside of "…"

class Splitter {
public:
    explicit Splitter(std::string_view line) : line_(line) {}

    ShellWords split()
    {
        while (result_.fault.empty() && at_ < line_.size()) {
            const char letter = line_[at_++];
            if (Blanks.find(letter) != std::string_view::npos)
                endWord();
            else if (letter == '\'')
                takeSingle();
            else if (letter == '"')
                takeDouble();
            else if (letter == '\\')
                takeEscaped();
            else
                take(letter);
        }
        endWord();
        if (!result_.fault.empty()) result_.words.clear();
        return std::move(result_);
    }

private:
    void take(char letter)
    {
        word_ += letter;
        begun_ = true;
    }

    void endWord()
    {
        if (begun_) result_.words.push_back(std::exchange(word_, {}));
        begun_ = false;
    }

    void takeEscaped()
    {
        if (at_ == line_.size()) return fail("ends in a backslash");
        take(line_[at_++]);
    }

    void takeSingle()
    {
        begun_ = true;
        const auto end = line_.find('\'', at_);
        if (end == std::string_view::npos) return fail("has a ' without its other");
        word_ += line_.substr(at_, end - at_);
        at_ = end + 1;
    }

    void takeDouble()
    {
        begun_ = true;
        while (at_ < line_.size()) {
            char letter = line_[at_++];
            if (letter == '"') return;
            const bool escapes =
                letter == '\\' && at_ < line_.size() && Escapable.find(line_[at_]) != std::string_view::npos;
            if (escapes) letter = line_[at_++];
            word_ += letter;
        }
        fail("has a \" without its other");
    }

    void fail(std::string why) { result_.fault = std::move(why); }

    std::string_view line_;
    std::size_t at_ = 0;
    std::string word_;
    bool begun_ = false;
    ShellWords result_;
};

} // namespace

ShellWords splitWords(std::string_view line) { return Splitter(line).split(); }

} // namespace baton
