#include "client/store/Json.h"

#include "client/core/Text.h"
#include "client/core/WholeNumber.h"

#include <limits>

namespace baton::store {

Json parseObject(const std::string& text, const char* what)
{
    auto document = Json::parse(text, nullptr, false);
    if (!document.is_object()) throw std::runtime_error(std::string(what) + " is damaged: it is no JSON object");
    return document;
}

const Json& member(const Json& object, const char* name)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    if (!object.is_object() || found == object.end()) throw std::runtime_error(std::string(name) + " is missing");
    return *found;
}

std::string text(const Json& object, const char* name)
{
    const auto& value = member(object, name);
    if (!value.is_string()) throw std::runtime_error(std::string(name) + " is no text");
    return value.get<std::string>();
}

std::int64_t number(const Json& object, const char* name) { return wholeNumber(member(object, name), name); }

bool flag(const Json& object, const char* name)
{
    const auto found = object.find(name);
    if (found == object.end()) return false;
    if (!found->is_boolean()) throw std::runtime_error(std::string(name) + " is neither true nor false");
    return found->get<bool>();
}

int smallNumber(const Json& object, const char* name)
{
    return static_cast<int>(
        wholeNumber(member(object, name), name, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

Json toJson(const ReleaseKey& key) { return {{"version", key.version}, {"sha256", key.sha256}}; }

ReleaseKey keyFrom(const Json& object)
{
    ReleaseKey key{text(object, "version"), text(object, "sha256")};
    if (!isVersionText(key.version)) throw std::runtime_error("version is not one: " + escaped(key.version));
    if (!isSha256Hex(key.sha256)) throw std::runtime_error("sha256 is not one: " + escaped(key.sha256));
    return key;
}

Json toJson(const StoredPackage& package)
{
    Json document{{"name", package.name}, {"size", package.sizeBytes}, {"sha256", package.sha256}};
    if (!package.app.empty()) document["app"] = package.app;
    return document;
}

std::string plainName(const Json& object, const char* name)
{
    auto value = text(object, name);
    if (!isPlainName(value)) throw std::runtime_error(std::string(name) + " is not a plain name: " + escaped(value));
    return value;
}

Json toJson(const StoredApp& app) { return {{"name", app.name}, {"id", app.id}, {"version", app.version}}; }

StoredApp appFrom(const Json& object)
{
    StoredApp app{plainName(object, "name"), text(object, "id"), text(object, "version")};
    if (!isVersionText(app.version)) throw std::runtime_error("version of " + app.name + " is not one");
    return app;
}

StoredPackage packageFrom(const Json& object)
{
    StoredPackage package{text(object, "name"), number(object, "size"), text(object, "sha256")};
    if (!isPlainName(package.name)) throw std::runtime_error("package name is not plain: " + escaped(package.name));
    if (package.sizeBytes < 1) throw std::runtime_error("size of " + package.name + " is not positive");
    if (!isSha256Hex(package.sha256)) throw std::runtime_error("sha256 of " + package.name + " is not one");
    if (object.contains("app")) package.app = plainName(object, "app");
    return package;
}

} // namespace baton::store
