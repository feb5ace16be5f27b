#include "client/verify/EmbeddedKeys.h"

namespace baton::verify {
namespace {

// Made at its first use: keys are added before main(), in no order that anybody knows.
std::string& kept()
{
    static std::string pem;
    return pem;
}

} // namespace

EmbeddedKey::EmbeddedKey(std::string_view pem) { kept().append(pem).append("\n"); }

const std::string& embeddedKeys() { return kept(); }

} // namespace baton::verify
