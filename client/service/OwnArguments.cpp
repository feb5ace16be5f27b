#include "client/service/OwnArguments.h"

#include "client/assemble/OptionTable.h"

#include <string_view>

namespace baton::service {
namespace {

const assemble::Option* batonOption(std::string_view word)
{
    if (!word.starts_with("--")) return nullptr;
    const auto* const option = assemble::findOption(word.substr(2, word.find('=') - 2));
    return option != nullptr && (option->commands & assemble::Run) != 0 ? option : nullptr;
}

} // namespace

OwnArguments partArguments(const std::vector<std::string>& arguments)
{
    OwnArguments parted;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto& word = arguments[i];
        if (word == "--") {
            const bool between = !parted.program.empty();
            parted.program.insert(parted.program.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i + !between),
                                  arguments.end());
            break;
        }
        const auto* const option = batonOption(word);
        auto& part = option != nullptr ? parted.baton : parted.program;
        part.push_back(word);
        const bool takesNext = option != nullptr && option->kind != assemble::ValueKind::Flag &&
                               word.find('=') == std::string::npos && i + 1 < arguments.size() &&
                               arguments[i + 1] != "--";
        if (takesNext) part.push_back(arguments[++i]);
    }
    return parted;
}

} // namespace baton::service
