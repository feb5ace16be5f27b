#include "client/stage/Settings.h"

#include "client/core/Text.h"

namespace baton::stage {

std::string programName(const std::filesystem::path& program)
{
    auto name = program.filename().string();
    return isPlainName(name) ? name : "program";
}

} // namespace baton::stage
