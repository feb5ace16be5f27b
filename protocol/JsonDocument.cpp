#include "protocol/JsonDocument.h"

#include "protocol/DecodeError.h"
#include "protocol/Lists.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace baton::protocol {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t MostLevels = 24;
constexpr std::string_view Prefix = ")]}'"; // So that no browser runs the answer as a script.
constexpr const char* TextMember = "#text";

std::string_view singular(std::string_view parent, std::string_view key)
{
    for (const auto& rule : Lists)
        if (rule.parent == parent && rule.plural == key) return rule.child;
    return key;
}

// Builds the tree from what nlohmann's parser reads, and refuses what is too much of it.
class Builder : public nlohmann::json_sax<Json> {
public:
    Element top; ///< nameless: the document's own object

    bool null() override { return true; } // As if it were not said.
    bool boolean(bool value) override { return scalar(value ? "true" : "false", Kind::Flag); }
    bool number_integer(number_integer_t value) override { return scalar(std::to_string(value), Kind::Number); }
    bool number_unsigned(number_unsigned_t value) override { return scalar(std::to_string(value), Kind::Number); }
    bool number_float(number_float_t value, const std::string&) override
    {
        return scalar(Json(value).dump(), Kind::Number); // No number of Omaha's is one; an application's own may be.
    }
    bool string(std::string& value) override { return scalar(std::move(value), Kind::Text); }
    bool binary(binary_t&) override { return false; }

    bool start_object(std::size_t) override
    {
        deeper();
        if (levels_.size() == 1) {
            levels_.back().element = &top;
            return true;
        }
        const auto& outer = levels_[levels_.size() - 2];
        levels_.back().element = place(outer);
        return true;
    }

    bool key(std::string& name) override
    {
        auto& level = levels_.back();
        level.key = singular(level.element->name, name);
        if (++members_ > MostAttributes) throw DecodeError("the document has more than 8000 members");
        if (level.seen.size() >= MostAttributesEach * 2) throw DecodeError("an object has more than 128 members");
        if (std::find(level.seen.begin(), level.seen.end(), level.key) != level.seen.end())
            throw DecodeError("the member " + printable(level.key) + " is there twice");
        level.seen.push_back(level.key);
        return true;
    }

    bool end_object() override { return shallower(); }

    bool start_array(std::size_t) override
    {
        deeper();
        if (levels_.size() == 1) throw DecodeError("the document is a list, and no object");
        const auto& outer = levels_[levels_.size() - 2];
        levels_.back() = {outer.element, outer.key, {}, true};
        return true;
    }

    bool end_array() override { return shallower(); }

    bool parse_error(std::size_t position, const std::string&, const Json::exception&) override
    {
        throw DecodeError("the document is no well-formed JSON, at byte " + std::to_string(position));
    }

private:
    struct Level {
        Element* element = nullptr;
        std::string key; ///< of the member that is read now
        std::vector<std::string> seen;
        bool isList = false;
    };

    void deeper()
    {
        if (levels_.size() >= MostLevels) throw DecodeError("the document is nested deeper than 24 levels");
        levels_.emplace_back();
    }

    bool shallower()
    {
        levels_.pop_back();
        return true;
    }

    // No pointer in levels_ is into this vector but its last element's, which is closed by now.
    Element* place(const Level& outer)
    {
        if (++elements_ > MostElements) throw DecodeError("the document has more than 1000 objects");
        auto& child = outer.element->children.emplace_back();
        child.name = outer.key;
        return &child;
    }

    bool scalar(std::string value, Kind kind)
    {
        if (levels_.empty()) throw DecodeError("the document is no object");
        auto& level = levels_.back();
        if (level.isList)
            place(level)->text = std::move(value);
        else if (level.key == TextMember)
            level.element->text = std::move(value);
        else
            level.element->attributes.push_back({level.key, std::move(value), kind});
        return true;
    }

    std::vector<Level> levels_;
    std::size_t elements_ = 0;
    std::size_t members_ = 0;
};

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
            member(TextMember);
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
        else if (attribute.kind == Kind::Number && Json::parse(attribute.value, nullptr, false).is_number())
            out_ += attribute.value;
        else
            string(attribute.value);
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

Element readJson(std::string_view text, std::string_view root)
{
    if (text.size() > LongestDocument) throw DecodeError("the document is longer than 512 KiB");
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (text.starts_with(Prefix)) text.remove_prefix(Prefix.size());
    Builder builder;
    Json::sax_parse(text, &builder);
    for (auto& child : builder.top.children)
        if (child.name == root) return std::move(child);
    throw DecodeError("the document's object has no " + std::string(root));
}

std::string writeJson(const Element& root, Names names, Layout layout) { return Writer(names, layout).whole(root); }

} // namespace baton::protocol
