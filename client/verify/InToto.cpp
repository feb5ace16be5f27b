#include "client/verify/InToto.h"

#include "client/core/Text.h"

#include <stdexcept>

namespace baton::verify {
namespace {

constexpr std::string_view StatementType = "https://in-toto.io/Statement/v1";

} // namespace

std::string inToto(const Json& subjects, std::string_view predicateType, const Json& predicate)
{
    Json document{{"_type", StatementType}};
    document["subject"] = subjects;
    document["predicateType"] = predicateType;
    document["predicate"] = predicate;
    return document.dump(2);
}

const Json& predicateOf(const Json& document, std::string_view predicateType)
{
    if (const auto type = text(document, "_type"); type != StatementType)
        throw std::runtime_error("_type is " + escaped(type, 60) + ", not " + std::string(StatementType));
    if (const auto type = text(document, "predicateType"); type != predicateType)
        throw std::runtime_error("predicateType is " + escaped(type, 60) + ", not " + std::string(predicateType));
    return member(document, "predicate");
}

} // namespace baton::verify
