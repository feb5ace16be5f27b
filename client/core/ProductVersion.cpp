#include "client/core/ProductVersion.h"

namespace baton {

std::string_view productVersion() { return BATON_VERSION; }

} // namespace baton
