// A terminal, and a shell with job control at it, as a person sits before it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"
#include "tests/system/Running.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace baton::system {

inline constexpr std::string_view CtrlC{"\x03"};
inline constexpr std::string_view CtrlZ{"\x1a"};
inline constexpr std::string_view CtrlS{"\x13"};
inline constexpr std::string_view CtrlQ{"\x11"};

/// A pair of pseudo terminals: ours is the keyboard and the screen.
class Pty {
public:
    Pty();

    int programsEnd() const { return theirs_.get(); }
    void closeProgramsEnd() { theirs_.reset(); }

    void type(std::string_view keys) const;
    void resize(unsigned short rows, unsigned short columns) const;

    /// All that was on the screen so far.
    const std::string& screen();

    /// Waits for a text on the screen behind what was waited for before.
    ::testing::AssertionResult shows(const std::string& text, Patience patience = Patient);

    /// How often it is there.
    std::size_t count(const std::string& text);

    /// The process group that has the keyboard.
    pid_t foreground() const;

    /// Pulls the plug: whoever has it as a terminal gets SIGHUP.
    void hangUp() { ours_.reset(); }

private:
    os::UniqueFd ours_;
    os::UniqueFd theirs_;
    std::string screen_;
    std::size_t seen_ = 0;
};

/// `path` is /bin/bash or /bin/dash, interactive, in a session of its own.
class Shell {
public:
    Shell(const std::string& path, const std::filesystem::path& log);

    /// Runs it in the foreground, as typed; words are quoted. `behind` stands behind it: " &", " | cat".
    void run(const Command& command, const std::string& behind = "");

    Pty& terminal() { return pty_; }
    void line(const std::string& text) { pty_.type(text + '\n'); }

    /// Whether the last command ended with this code and the shell takes the next one.
    ::testing::AssertionResult isBackWith(int code);

private:
    Pty pty_;
    std::unique_ptr<Running> shell_;
    int asked_ = 0;
};

/// The letter of /proc/PID/stat: T is stopped. '?' if it is gone.
char stateOf(pid_t pid);

} // namespace baton::system
