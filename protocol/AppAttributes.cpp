#include "protocol/AppAttributes.h"

#include "protocol/FieldCodec.h"
#include "protocol/RequestFields.h"

#include <algorithm>
#include <array>

namespace baton::protocol {
namespace {

constexpr std::array<std::string_view, 9> OurOwn{"appid",  "version",    "nextversion", "track",      "machineid",
                                                 "bootid", "cohortname", "cohort",      "installdate"};

bool isExtraName(std::string_view name)
{
    return name.size() > 1 && name.size() <= 64 && name.front() == '_' &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == name.npos;
}

// The value is read as if it had come in a document.
template <typename Owner, std::size_t Count>
bool sayField(Owner& owner, const std::array<Field<Owner>, Count>& fields, const std::string& name,
              const std::string& value)
try {
    const auto field =
        std::find_if(fields.begin(), fields.end(), [&](const Field<Owner>& one) { return one.name == name; });
    if (field == fields.end()) return false;
    const Element element{"app", {{name, value, Kind::Text}}, {}, {}};
    decodeAs(element, owner, *field, field->name);
    return true;
} catch (const DecodeError&) {
    return false;
}

} // namespace

bool sayAttribute(AppRequest& app, const std::string& name, const std::string& value)
{
    if (std::find(OurOwn.begin(), OurOwn.end(), name) != OurOwn.end()) return false;
    if (isExtraName(name)) {
        app.extras.push_back({name, value, Kind::Text});
        return true;
    }
    UpdateCheckRequest none;
    return sayField(app.updatecheck ? *app.updatecheck : none, UpdateCheckRequestFields, name, value) ||
           sayField(app, AppRequestFields, name, value);
}

} // namespace baton::protocol
