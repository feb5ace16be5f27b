#include "protocol/JsonDocument.h"
#include "protocol/Lists.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace baton::protocol {
namespace {

using Json = nlohmann::ordered_json;

// Straight from the tree: a second copy of a large document would be most of what its reading costs.
class Writer {
public:
    Writer(Names names, Layout layout) : names_(names), indented_(layout == Layout::Indented) {}

    std::string whole(const Element& root)
    {
        open('{');
        member(root.name);
        write(root);
        close('}');
        return std::move(out_);
    }

private:
    void write(const Element& element)
    {
        open('{');
        for (const auto& attribute : element.attributes) {
            member(attribute.name);
            write(attribute);
        }
        if (!element.text.empty()) {
            member(JsonText);
            string(element.text);
        }
        children(element);
        close('}');
    }

    // Each name once, where its first child stands; then the lists that are written even if they are empty.
    void children(const Element& element)
    {
        for (auto child = element.children.begin(); child != element.children.end(); ++child) {
            const auto isSame = [&](const Element& other) { return other.name == child->name; };
            if (std::any_of(element.children.begin(), child, isSame)) continue;
            const auto* const rule = listRule(element.name, child->name);
            member(rule != nullptr ? nameOf(*rule) : child->name);
            if (rule == nullptr)
                write(*child);
            else
                list(element, child->name);
        }
        for (const auto& rule : Lists) {
            const bool isSaid = element.attribute(rule.child) != nullptr || !element.all(rule.child).empty();
            if (rule.parent != element.name || !rule.always || isSaid) continue;
            member(nameOf(rule));
            list(element, rule.child);
        }
    }

    void list(const Element& element, std::string_view name)
    {
        open('[');
        for (const auto& child : element.children) {
            if (child.name != name) continue;
            next();
            write(child);
        }
        close(']');
    }

    void write(const Attribute& attribute)
    {
        if (attribute.kind == Kind::Flag)
            out_ += attribute.value == "true" || attribute.value == "1" ? "true" : "false";
        else if (isJson(attribute))
            out_ += attribute.value;
        else
            string(attribute.value);
    }

    // Whether the value can stand there as it is.
    static bool isJson(const Attribute& attribute)
    {
        if (attribute.kind == Kind::Number) return Json::parse(attribute.value, nullptr, false).is_number();
        return attribute.kind == Kind::Json && Json::accept(attribute.value);
    }

    void string(std::string_view text) { out_ += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

    void member(std::string_view name)
    {
        next();
        string(name);
        out_ += indented_ ? ": " : ":";
    }

    void open(char bracket)
    {
        out_ += bracket;
        ++level_;
        first_ = true;
    }

    void close(char bracket)
    {
        --level_;
        if (!first_) line();
        out_ += bracket;
        first_ = false;
    }

    void next()
    {
        if (!std::exchange(first_, false)) out_ += ',';
        line();
    }

    void line()
    {
        if (indented_) out_.append(1, '\n').append(2 * level_, ' ');
    }

    std::string_view nameOf(const ListRule& rule) const { return names_ == Names::Plural ? rule.plural : rule.child; }

    Names names_;
    bool indented_;
    bool first_ = true;
    std::size_t level_ = 0;
    std::string out_;
};

} // namespace

std::string writeJson(const Element& root, Names names, Layout layout) { return Writer(names, layout).whole(root); }

} // namespace baton::protocol
