#include "protocol/XmlDocument.h"

#include "protocol/DecodeError.h"

#include <Poco/Exception.h>
#include <Poco/SAX/Attributes.h>
#include <Poco/SAX/ContentHandler.h>
#include <Poco/SAX/DefaultHandler.h>
#include <Poco/SAX/LexicalHandler.h>
#include <Poco/SAX/SAXParser.h>

#include <algorithm>
#include <cctype>

namespace baton::protocol {
namespace {

constexpr std::size_t MostLevels = 16;
constexpr std::size_t LongestText = 64 * 1024; // of one element

bool keepsText(const std::string& name) { return name == "data" || name == "metadata"; }

// Of XML's names those that are ASCII and have no prefix; Omaha has no other.
bool isXmlName(std::string_view name)
{
    const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !name.empty() && isLetter(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
        return isLetter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
}

// Builds the tree and refuses what is too much of it. A subtree under a prefix is counted, but not kept.
class Builder : public Poco::XML::DefaultHandler, public Poco::XML::LexicalHandler {
public:
    Element root;

    void startElement(const Poco::XML::XMLString&, const Poco::XML::XMLString&, const Poco::XML::XMLString& name,
                      const Poco::XML::Attributes& attributes) override
    {
        if (++elements_ > MostElements) throw DecodeError("the document has more than 1000 elements");
        if (++level_ > MostLevels) throw DecodeError("the document is nested deeper than 16 elements");
        const auto count = static_cast<std::size_t>(attributes.getLength());
        if (count > MostAttributesEach)
            throw DecodeError("the element " + printable(name) + " has more than 64 attributes");
        if ((attributes_ += count) > MostAttributes) throw DecodeError("the document has more than 8000 attributes");
        const bool known = !hasPrefix(name) && (level_ == 1 || path_.back() != nullptr);
        path_.push_back(known ? place() : nullptr);
        if (level_ == 1) root.name = name; // With its prefix, too: whoever refuses it can say what came.
        if (!known) return;
        path_.back()->name = name;
        for (int i = 0; i < attributes.getLength(); ++i)
            if (isXmlName(attributes.getQName(i)))
                path_.back()->attributes.push_back({attributes.getQName(i), attributes.getValue(i), Kind::Text});
    }

    void characters(const Poco::XML::XMLChar text[], int start, int length) override
    {
        if (path_.empty() || path_.back() == nullptr || !keepsText(path_.back()->name)) return;
        path_.back()->text.append(text + start, static_cast<std::size_t>(length));
        if (path_.back()->text.size() > LongestText)
            throw DecodeError("the element " + path_.back()->name + " has more than 64 KiB of text");
    }

    void endElement(const Poco::XML::XMLString&, const Poco::XML::XMLString&, const Poco::XML::XMLString&) override
    {
        path_.pop_back();
        --level_;
    }

    void startDTD(const Poco::XML::XMLString&, const Poco::XML::XMLString&, const Poco::XML::XMLString&) override
    {
        throw DecodeError("the document has a DOCTYPE");
    }
    void endDTD() override {}
    void startEntity(const Poco::XML::XMLString&) override {}
    void endEntity(const Poco::XML::XMLString&) override {}
    void startCDATA() override {}
    void endCDATA() override {}
    void comment(const Poco::XML::XMLChar[], int, int) override {}

private:
    static bool hasPrefix(const std::string& name) { return name.find(':') != std::string::npos; }

    Element* place()
    {
        if (level_ == 1) return &root;
        // No pointer in path_ is into this vector but its last element's, which is closed by now.
        return &path_.back()->children.emplace_back();
    }

    std::vector<Element*> path_;
    std::size_t elements_ = 0;
    std::size_t attributes_ = 0;
    std::size_t level_ = 0;
};

// The bytes of a first character that XML does not have: a control character, U+FFFE or U+FFFF. 0 for all others.
std::size_t alienBytes(std::string_view text)
{
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x20) return 1;
    if (first != 0xEF) return 0; // Nearly always: the rest costs.
    return text.starts_with("\xEF\xBF\xBE") || text.starts_with("\xEF\xBF\xBF") ? 3 : 0;
}

void write(std::string& out, std::string_view value)
{
    for (; !value.empty(); value.remove_prefix(1)) {
        switch (value.front()) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\t': out += "&#9;"; break;
        case '\n': out += "&#10;"; break;
        case '\r': out += "&#13;"; break;
        default:
            const auto alien = alienBytes(value);
            out += alien == 0 ? value.front() : '?';
            if (alien > 1) value.remove_prefix(alien - 1);
        }
    }
}

void write(std::string& out, const Element& element)
{
    out += '<' + element.name;
    for (const auto& attribute : element.attributes) {
        if (!isXmlName(attribute.name)) continue;
        out += ' ' + attribute.name + "=\"";
        write(out, attribute.value);
        out += '"';
    }
    out += '>';
    write(out, element.text);
    for (const auto& child : element.children) write(out, child);
    out += "</" + element.name + '>';
}

// The declaration may name no other encoding: Poco would convert it, and the other side may read it otherwise.
void demandUtf8(std::string_view text)
{
    if (text.starts_with("\xFE\xFF") || text.starts_with("\xFF\xFE")) throw DecodeError("the document is not UTF-8");
    if (text.find('\0') != std::string_view::npos) throw DecodeError("the document holds a NUL, or is UTF-16");
    const auto declaration = std::string(text.substr(0, text.starts_with("<?xml") ? text.find("?>") : 0));
    const auto at = declaration.find("encoding");
    if (at == std::string::npos) return;
    std::string word;
    for (const char c : declaration.substr(at + 8))
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) word += static_cast<char>(std::tolower(c));
    if (word != "utf8" && !word.starts_with("utf8standalone") && word != "usascii")
        throw DecodeError("the document is encoded as " + printable(word) + ", only UTF-8 is taken");
}

} // namespace

Element readXml(std::string_view text)
{
    if (text.size() > LongestDocument) throw DecodeError("the document is longer than 512 KiB");
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    demandUtf8(text);
    Builder builder;
    try {
        Poco::XML::SAXParser parser;
        // Names as they are written: a default namespace is ignored, a prefix is seen.
        parser.setFeature(Poco::XML::XMLReader::FEATURE_NAMESPACES, false);
        parser.setContentHandler(&builder);
        parser.setProperty(Poco::XML::XMLReader::PROPERTY_LEXICAL_HANDLER,
                           static_cast<Poco::XML::LexicalHandler*>(&builder));
        parser.parseMemoryNP(text.data(), text.size());
    } catch (const Poco::Exception& e) {
        throw DecodeError("the document is no well-formed XML: " + printable(e.message()));
    }
    return std::move(builder.root);
}

std::string writeXml(const Element& root)
{
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    write(out, root);
    return out += '\n';
}

} // namespace baton::protocol
