// A Poco server application whose one executable also keeps it up to date.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/service/Generation.h"

#include <Poco/Util/ServerApplication.h>

#include <functional>
#include <string>
#include <vector>

namespace baton {

class SelfUpdatingApplication;

namespace service {

/// Reads the command line and runs it; the exit code, 64 for a wrong option. What goes wrong before the program has
/// set up its logging is said on stderr.
int runApplication(SelfUpdatingApplication& application, int count, char** words);

/// Plays the role that environment and command line choose; `runProgram` constructs and runs the application, in the
/// process that serves alone. Throws nothing.
int play(int count, char** words, int (*runProgram)(int count, char** words)) noexcept;

} // namespace service

/// Derive from it, override serve(), and write BATON_MAIN(YourApplication) instead of POCO_SERVER_MAIN:
///
///     class Hello : public baton::SelfUpdatingApplication {
///         int serve(baton::Generation& generation) override
///         {
///             baton::GracefulHttpServer server(new Greeters, generation.listener("web"));
///             server.start();
///             generation.ready();
///             generation.run(server); // until told to end, and drained
///             return EXIT_OK;
///         }
///     };
///     BATON_MAIN(Hello)
///
/// Started with --server URL it becomes its own supervisor and takes the options of `baton run`; without it, it serves
/// by itself; under `baton run` it is an ordinary program. Whatever else stands on the command line is the program's,
/// as Poco knows it. --daemon and --pidfile are Baton's and not Poco's: they, and --log-file, go with --server.
class SelfUpdatingApplication : public Poco::Util::ServerApplication {
public:
    /// @throws Poco::IllegalStateException unless BATON_MAIN has chosen the role of this process.
    SelfUpdatingApplication();

protected:
    /// The program's work, in the main thread; its result is the exit code. SIGTERM, SIGINT, SIGQUIT and SIGHUP are
    /// blocked in every thread: generation.run() reads them.
    virtual int serve(Generation& generation) = 0;

    /// SIGHUP came while generation.run() waited. Does nothing unless overridden.
    virtual void reload() {}

    /// What is left of the command line after Baton's options and Poco's.
    const ArgVec& arguments() const { return arguments_; }

    /// Adds --help; call it when you override it, and not ServerApplication's.
    void defineOptions(Poco::Util::OptionSet& options) override;

private:
    friend int service::runApplication(SelfUpdatingApplication& application, int count, char** words);

    int main(const ArgVec& arguments) final;
    void askHelp(const std::string& name, const std::string& value);
    int printHelp() const;

    ArgVec arguments_;
    bool helpAsked_ = false;
    std::function<void()> started_; ///< called when initialize() is over
};

} // namespace baton

/// The main() of a self-updating program.
#define BATON_MAIN(Application)                                                                                        \
    int main(int count, char** words)                                                                                  \
    {                                                                                                                  \
        return baton::service::play(count, words, [](int theirCount, char** theirWords) {                              \
            Application application;                                                                                   \
            return baton::service::runApplication(application, theirCount, theirWords);                                \
        });                                                                                                            \
    }
