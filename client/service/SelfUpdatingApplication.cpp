#include "client/service/SelfUpdatingApplication.h"

#include "client/assemble/Help.h"
#include "client/core/Text.h"
#include "client/service/OwnOptions.h"
#include "client/service/Start.h"
#include "client/service/StartupLog.h"

#include <Poco/Exception.h>
#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionCallback.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionSet.h>

#include <iostream>
#include <utility>
#include <vector>

namespace baton {
namespace {

int complain(const Poco::Util::Application& application, const std::string& why, int exitCode)
{
    std::cerr << application.commandName() << ": " << why << std::endl;
    return exitCode;
}

// The program's own options are Poco's to read; a word that is none of them may be one of Baton's, misspelt.
std::string hintFor(const Poco::Util::UnknownOptionException& error)
{
    const auto nearest = assemble::nearestOption(error.message());
    return nearest.empty() ? "; --help lists all" : "; did you mean --" + std::string(nearest) + '?';
}

// What fits on a screen.
std::vector<assemble::Option> mainOptions()
{
    auto options = service::ownOptions();
    std::erase_if(options, [](const auto& option) { return option.topic != assemble::Topic::Main; });
    return options;
}

} // namespace

namespace service {

Generation::Parts*& start()
{
    static Generation::Parts* found = nullptr;
    return found;
}

int runApplication(SelfUpdatingApplication& application, int count, char** words)
{
    StartupLog log;
    application.started_ = [&log] { log.end(); };
    try {
        application.init(count, words);
    } catch (const Poco::Util::UnknownOptionException& error) {
        return complain(application, "there is no option " + escaped(error.message()) + hintFor(error),
                        Poco::Util::Application::EXIT_USAGE);
    } catch (const Poco::Util::OptionException& error) {
        return complain(application, escaped(error.displayText()) + "; see --help",
                        Poco::Util::Application::EXIT_USAGE);
    }
    if (application.helpAsked_) return application.printHelp();
    return static_cast<Poco::Util::Application&>(application).run();
}

} // namespace service

SelfUpdatingApplication::SelfUpdatingApplication()
{
    if (service::start() == nullptr)
        throw Poco::IllegalStateException(
            "a SelfUpdatingApplication was constructed before it was known which role this process plays; write "
            "BATON_MAIN(App) where POCO_SERVER_MAIN(App) stands");
}

void SelfUpdatingApplication::defineOptions(Poco::Util::OptionSet& options)
{
    // NOLINTNEXTLINE(bugprone-parent-virtual-call): ServerApplication's are --daemon and --pidfile, which are Baton's.
    Application::defineOptions(options);
    options.addOption(
        Poco::Util::Option("help", "h", "says what this program takes")
            .callback(Poco::Util::OptionCallback<SelfUpdatingApplication>(this, &SelfUpdatingApplication::askHelp)));
}

void SelfUpdatingApplication::askHelp(const std::string&, const std::string&)
{
    helpAsked_ = true;
    stopOptionsProcessing();
}

int SelfUpdatingApplication::printHelp() const
{
    Poco::Util::HelpFormatter formatter(options());
    formatter.setCommand(commandName());
    formatter.setUsage("[options]");
    formatter.format(std::cout);
    std::cout
        << "\nBaton's options; without --server it serves by itself and is not updated:\n\n"
        << assemble::linesOf(mainOptions())
        << "\nThe options of the network (proxies, TLS, credentials, limits) are those of: baton run --help network"
           "\nThose of the hand-off, and --daemon, --pidfile and signals: baton run --help handoff, and service"
           "\nDurations: 250ms, 30s, 5m, 1h, 2d. Options also come as BATON_NAME and from --config.\n\nExample:\n  "
        << commandName()
        << " --server http://127.0.0.1:8080/v1/update/ --app-id web --app-version 1.0.0 \\\n"
           "      --listen web=127.0.0.1:8000\n";
    return std::cout.flush() ? EXIT_OK : EXIT_IOERR;
}

int SelfUpdatingApplication::main(const ArgVec& arguments)
{
    started_();
    arguments_ = arguments;
    try {
        auto parts = std::move(*service::start());
        parts.reload = [this] { reload(); };
        Generation generation(std::move(parts));
        return serve(generation);
    } catch (const Poco::Util::OptionException& error) {
        return complain(*this, error.displayText(), EXIT_USAGE);
    } catch (const Poco::Exception& error) {
        return complain(*this, error.displayText(), EXIT_SOFTWARE);
    } catch (const std::exception& error) {
        return complain(*this, error.what(), EXIT_SOFTWARE);
    }
}

} // namespace baton
