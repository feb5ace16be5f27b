#include "protocol/JsonDocument.h"

#include "protocol/DecodeError.h"
#include "protocol/Lists.h"
#include "protocol/Transcript.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace baton::protocol {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t MostLevels = 24;
constexpr std::string_view Prefix = ")]}'"; // So that no browser runs the answer as a script.

std::string_view singular(std::string_view parent, std::string_view key)
{
    for (const auto& rule : Lists)
        if (rule.parent == parent && rule.plural == key) return rule.child;
    return key;
}

// Builds the tree from what nlohmann's parser reads, and refuses what is too much of it. An application's own object or
// list becomes an attribute that is its text.
class Builder : public nlohmann::json_sax<Json> {
public:
    Element top; ///< nameless: the document's own object

    bool null() override // As if it were not said, unless it is an application's own.
    {
        return transcript_.isOpen() || isOwn() ? scalar("null", Kind::Json) : true;
    }
    bool boolean(bool value) override { return scalar(value ? "true" : "false", Kind::Flag); }
    bool number_integer(number_integer_t value) override { return scalar(std::to_string(value), Kind::Number); }
    bool number_unsigned(number_unsigned_t value) override { return scalar(std::to_string(value), Kind::Number); }
    bool number_float(number_float_t, const std::string& text) override
    {
        return scalar(text, Kind::Number); // No number of Omaha's is one; an application's own may be.
    }
    bool string(std::string& value) override { return scalar(std::move(value), Kind::Text); }
    bool binary(binary_t&) override { return false; }

    bool start_object(std::size_t) override
    {
        const bool isVerbatim = transcript_.isOpen() || isOwn();
        deeper();
        if (isVerbatim) return transcribe('{');
        levels_.back().element = levels_.size() == 1 ? &top : place(levels_[levels_.size() - 2]);
        return true;
    }

    bool key(std::string& name) override
    {
        auto& level = levels_.back();
        level.key = level.element == nullptr ? name : singular(level.element->name, name);
        if (++members_ > MostAttributes) throw DecodeError("the document has more than 8000 members");
        if (level.seen.size() >= MostAttributesEach * 2) throw DecodeError("an object has more than 128 members");
        if (std::find(level.seen.begin(), level.seen.end(), level.key) != level.seen.end())
            throw DecodeError("the member " + printable(level.key) + " is there twice");
        level.seen.push_back(level.key);
        if (transcript_.isOpen()) transcript_.key(name);
        return true;
    }

    bool end_object() override { return shallower('}'); }

    bool start_array(std::size_t) override
    {
        const bool isVerbatim = transcript_.isOpen() || isOwn();
        deeper();
        if (levels_.size() == 1) throw DecodeError("the document is a list, and no object");
        if (isVerbatim) return transcribe('[');
        const auto& outer = levels_[levels_.size() - 2];
        levels_.back() = {outer.element, outer.key, {}, true};
        return true;
    }

    bool end_array() override { return shallower(']'); }

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

    bool shallower(char bracket)
    {
        levels_.pop_back();
        if (!transcript_.isOpen()) return true;
        transcript_.close(bracket);
        return transcript_.isOpen() || scalar(transcript_.take(), Kind::Json);
    }

    // Whether what comes is a member that an application invented.
    bool isOwn() const { return !levels_.empty() && !levels_.back().isList && levels_.back().key.starts_with('_'); }

    bool transcribe(char bracket)
    {
        if (bracket == '{' && ++elements_ > MostElements) throw DecodeError("the document has more than 1000 objects");
        transcript_.open(bracket);
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
        if (transcript_.isOpen()) return transcribe(value, kind);
        auto& level = levels_.back();
        if (level.isList)
            place(level)->text = std::move(value);
        else if (level.key == JsonText)
            level.element->text = std::move(value);
        else
            level.element->attributes.push_back({level.key, std::move(value), kind});
        return true;
    }

    bool transcribe(const std::string& value, Kind kind)
    {
        if (kind == Kind::Text)
            transcript_.string(value);
        else
            transcript_.literal(value);
        return true;
    }

    std::vector<Level> levels_;
    Transcript transcript_;
    std::size_t elements_ = 0;
    std::size_t members_ = 0;
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

} // namespace baton::protocol
