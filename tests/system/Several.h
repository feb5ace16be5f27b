// Several programs under one Baton: its configuration file, and each program as a client and its user see it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/system/Relay.h"

#include <functional>
#include <string>
#include <vector>

namespace baton::system {

/// A section. Its app is called like the program; the listener of each is called web.
struct Section {
    std::string program;
    fs::path first;       ///< the executable that is its release 1.0.0
    std::string more{};   ///< further lines, such as "essential = yes\n"
    std::string listen{}; ///< "127.0.0.1:0" where nothing is said; "none": no listener
};

struct Several : Relay {
    Several();

    /// Starts a Baton of these sections; `forAll` are lines that stand outside of them.
    void run(const std::vector<Section>& sections, const std::string& forAll = {});
    /// Once more, of the same file.
    void runAgain();

    /// The same until each program serves its release and has been checked for once.
    ::testing::AssertionResult serve(const std::vector<Section>& sections, const std::string& forAll = {});

    control::Status of(const std::string& program) const;
    bool isServing(const std::string& program, const std::string& version) const;
    /// Waited for: it serves that version, and a client gets its answer.
    ::testing::AssertionResult comesToServe(const std::string& program, const std::string& version);

    std::string address(const std::string& program) const;
    /// What its first listener answers to GET /.
    std::string answerOf(const std::string& program);
    std::vector<std::string> historyOf(const std::string& program) const;

    void publish(const std::string& program, const std::string& version, const fs::path& payload);
    /// The answer of the control socket.
    std::string say(const std::string& line) const;
    /// What a command of baton prints, and how it ends.
    int command(std::vector<std::string> words, std::string& printed);

    fs::path config = scratch / "shop.ini";
    fs::path stateOf(const std::string& program) const { return state / "programs" / program; }

    std::vector<int> passed;                       ///< descriptors that Baton gets
    std::vector<std::string> environment;          ///< and what more
    std::function<Command(const Command&)> within; ///< where it is started, if not beside the test

private:
    std::vector<std::string> programs_;
    int commands_ = 0;
    int runs_ = 0;
};

} // namespace baton::system
