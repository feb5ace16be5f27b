#include "client/service/SelfUpdatingApplication.h"

#include "client/assemble/OptionTable.h"
#include "client/service/Start.h"

#include <Poco/Exception.h>
#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionCallback.h>
#include <Poco/Util/OptionSet.h>

#include <iostream>
#include <utility>

namespace baton {
namespace {

// Application::run() would log it, which says nothing until a program has configured its channels.
int failed(const std::string& why)
{
    std::cerr << why << std::endl;
    return Poco::Util::Application::EXIT_SOFTWARE;
}

} // namespace

namespace service {

Generation::Parts*& start()
{
    static Generation::Parts* found = nullptr;
    return found;
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
    Application::defineOptions(options); // Not ServerApplication's: --daemon and --pidfile are refused.
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
    std::cout << "\nWith --server it keeps itself up to date, and takes the options of `baton run`:\n";
    for (const auto& option : assemble::optionTable())
        if ((option.commands & assemble::Run) != 0 && option.works && !option.help.empty())
            std::cout << "  --" << option.name << ' ' << option.placeholder << "\n      " << option.help << '\n';
    return EXIT_OK;
}

int SelfUpdatingApplication::main(const ArgVec& arguments)
{
    if (helpAsked_) return printHelp();
    arguments_ = arguments;
    try {
        auto parts = std::move(*service::start());
        parts.reload = [this] { reload(); };
        Generation generation(std::move(parts));
        return serve(generation);
    } catch (const Poco::Exception& error) {
        return failed(commandName() + ": " + error.displayText());
    } catch (const std::exception& error) {
        return failed(commandName() + ": " + error.what());
    }
}

} // namespace baton
