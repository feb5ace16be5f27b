#include "protocol/Pipelines.h"

#include "protocol/Address.h"
#include "protocol/DecodeError.h"
#include "protocol/Digest.h"
#include "protocol/FieldCodec.h"
#include "protocol/ResponseFields.h"

namespace baton::protocol {
namespace {

constexpr std::string_view Download = "download";

struct DigestPlace {
    const char* element;   ///< with the attribute sha256: the later draft
    const char* attribute; ///< the early one
    std::string Operation::*member;
};
constexpr std::array DigestPlaces{DigestPlace{"in", "inhash_sha256", &Operation::inSha256},
                                  DigestPlace{"out", "outhash_sha256", &Operation::outSha256},
                                  DigestPlace{"previous", "previoushash_sha256", &Operation::previousSha256}};

std::string digestOf(const Element& element, const DigestPlace& place)
{
    const auto* const nested = element.only(place.element);
    const auto* const attribute = nested != nullptr ? "sha256" : place.attribute;
    const auto text = textOf(nested != nullptr ? *nested : element, attribute);
    if (text.empty()) return {};
    const auto digest = readDigest(text, Sha256Bytes);
    if (!digest) refuse(nested != nullptr ? *nested : element, attribute, "is no SHA-256");
    return *digest;
}

Operation wholeFrom(const Element& element, const std::string& type)
{
    Operation operation;
    operation.type = type;
    operation.size = numberOf(element, "size", 1, Int64Most);
    for (const auto& place : DigestPlaces) operation.*place.member = digestOf(element, place);
    for (const auto* url : element.all("urls"))
        if (auto text = textOf(*url, "url"); isAddress(text)) operation.urls.push_back(std::move(text));
    decodeFields(element, operation, OperationFields);
    if (operation.previousfp.empty()) operation.previousfp = fingerprintOf(element, "previousfp");
    if (type != Download) return operation;
    if (!operation.size) refuse(element, "size", "is missing in a download");
    if (operation.outSha256.empty()) refuse(element, "out", "is missing in a download");
    if (operation.urls.empty())
        refuse(element, "urls", std::string("has no url that can be asked in a download: ") + AddressForm);
    return operation;
}

// Another operation may come from a later Omaha, whose pipeline is passed over: it must not cost the ones beside it.
// What of it cannot be read leaves its type alone.
Operation operationFrom(const Element& element)
{
    const auto type = demandText(element, "type");
    try {
        return wholeFrom(element, type);
    } catch (const DecodeError&) {
        if (type == Download) throw;
        Operation operation;
        operation.type = type;
        return operation;
    }
}

Pipeline pipelineFrom(const Element& element)
{
    Pipeline pipeline;
    decodeFields(element, pipeline, PipelineFields);
    if (pipeline.nextfp.empty()) pipeline.nextfp = fingerprintOf(element, "nextfp");
    for (const auto* operation : element.all("operations")) pipeline.operations.push_back(operationFrom(*operation));
    return pipeline;
}

void encode(Element& pipeline, const Operation& operation)
{
    auto& element = pipeline.add("operations");
    element.say("type", operation.type);
    element.say("size", attributeText(operation.size), Kind::Number);
    encodeFields(element, operation, OperationFields);
    for (const auto& place : DigestPlaces)
        if (const auto& digest = operation.*place.member; !digest.empty())
            element.add(place.element).say("sha256", digest);
    for (const auto& url : operation.urls) element.add("urls").say("url", url);
}

} // namespace

void encodePipelines(Element& updatecheck, const std::vector<Pipeline>& pipelines)
{
    for (const auto& pipeline : pipelines) {
        auto& element = updatecheck.add("pipelines");
        encodeFields(element, pipeline, PipelineFields);
        for (const auto& operation : pipeline.operations) encode(element, operation);
    }
}

std::vector<Pipeline> pipelinesFrom(const Element& updatecheck)
{
    std::vector<Pipeline> pipelines;
    for (const auto* pipeline : updatecheck.all("pipelines")) pipelines.push_back(pipelineFrom(*pipeline));
    return pipelines;
}

std::vector<Pipeline> asPipelines(const UpdateCheck& check)
{
    if (!check.manifest) return {};
    Pipeline pipeline;
    pipeline.pipelineId = "full";
    for (const auto& package : check.manifest->packages) {
        const bool first = pipeline.operations.empty();
        const auto sha256 = first ? check.manifest->firstSha256() : package.hashSha256;
        if (sha256.empty() || package.size < 1) return {};
        auto& operation = pipeline.operations.emplace_back();
        operation.type = "download";
        operation.size = package.size;
        operation.outSha256 = sha256;
        for (const auto& codebase : check.codebases)
            operation.urls.push_back(codebase + (codebase.ends_with('/') ? "" : "/") + package.name);
    }
    return {pipeline};
}

} // namespace baton::protocol
