#include "protocol/Codec.h"

#include "protocol/Attributes.h"
#include "protocol/JsonDocument.h"
#include "protocol/Trees.h"
#include "protocol/XmlDocument.h"

#include <algorithm>
#include <array>
#include <utility>

namespace baton::protocol {
namespace {

struct FormRow {
    Form form;
    std::string_view protocol;
    std::string_view contentType;
};
constexpr std::array Forms{
    FormRow{Form::Xml, "3.0", "text/xml; charset=utf-8"}, FormRow{Form::Json3, "3.1", "application/json"},
    FormRow{Form::Json4, "4.0", "application/json"}, FormRow{Form::Canonical, "3.1", "application/json"}};

constexpr std::array XmlProtocols{"3.0", "3.1"};
constexpr std::array JsonProtocols{"3.0", "3.1", "4.0"};

const FormRow& rowOf(Form form)
{
    return *std::find_if(Forms.begin(), Forms.end(), [&](const FormRow& row) { return row.form == form; });
}

bool isXml(std::string_view document)
{
    if (document.starts_with("\xEF\xBB\xBF")) document.remove_prefix(3);
    const auto first = document.find_first_not_of(" \t\r\n");
    if (first == document.npos) throw DecodeError("the document is empty");
    // What is neither is read as XML, whose parser says what it misses; UTF-16 is named there, too.
    return document[first] != '{' && document[first] != '[' && !document.substr(first).starts_with(")]}'");
}

struct Read {
    Element root;
    bool isXml;
};

Read read(std::string_view document, const char* root)
{
    if (document.size() > LongestDocument) throw DecodeError("the document is longer than 512 KiB");
    if (!isXml(document)) return {readJson(document, root), false};
    auto element = readXml(document);
    if (element.name != root)
        throw DecodeError("the document's root is " + printable(element.name) + ", and no " + root);
    return {std::move(element), true};
}

// The message is let go before its text is made: of a long one every copy counts.
template <typename Message>
std::string write(Message message, Form form)
{
    const auto tree = treeOf(message, form);
    message = {};
    switch (form) {
    case Form::Xml: return writeXml(tree);
    case Form::Json3: return writeJson(tree, Names::Singular, Layout::Compact);
    case Form::Json4: return writeJson(tree, Names::Plural, Layout::Compact);
    case Form::Canonical: break;
    }
    return writeJson(tree, Names::Singular, Layout::Indented) + '\n';
}

} // namespace

std::string_view protocolOf(Form form) { return rowOf(form).protocol; }

std::string_view contentTypeOf(Form form) { return rowOf(form).contentType; }

Form formOf(std::string_view document, std::string_view protocol)
{
    if (isXml(document)) return Form::Xml;
    return protocol == protocolOf(Form::Json4) ? Form::Json4 : Form::Json3;
}

void demandProtocol(const Element& root, const std::string& protocol, bool isXml)
{
    const auto knows = [&](const auto& list) { return std::find(list.begin(), list.end(), protocol) != list.end(); };
    if (isXml ? knows(XmlProtocols) : knows(JsonProtocols)) return;
    refuse(root, "protocol", "\"" + printable(protocol) + "\" is not " + (isXml ? "3.0 or 3.1" : "3.0, 3.1 or 4.0"));
}

std::string encode(Request request, Form form) { return write(std::move(request), form); }

std::string encode(Response response, Form form)
{
    const bool guarded = (form == Form::Json3 || form == Form::Json4) && response.protocol != "3.0";
    return (guarded ? ")]}'\n" : "") + write(std::move(response), form);
}

Request decodeRequest(std::string_view document)
{
    const auto tree = read(document, "request");
    return requestFrom(tree.root, tree.isXml);
}

Response decodeResponse(std::string_view document)
{
    const auto tree = read(document, "response");
    return responseFrom(tree.root, tree.isXml);
}

} // namespace baton::protocol
