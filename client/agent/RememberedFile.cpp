#include "client/agent/RememberedFile.h"

#include "client/core/Text.h"
#include "client/core/WholeNumber.h"
#include "client/os/Files.h"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace baton::agent {
namespace {

using Json = nlohmann::ordered_json;

std::filesystem::path fileOf(const store::Store& store, const std::string& app)
{
    return store.downloads() / (app.empty() ? "server.json" : "server-" + app + ".json");
}

template <typename Value>
void say(Json& document, const char* name, const std::optional<Value>& value)
{
    if (value) document[name] = *value;
}

void read(const Json& document, const char* name, std::optional<std::string>& value)
{
    if (document.contains(name)) value = document.at(name).get<std::string>();
}

void read(const Json& document, const char* name, std::optional<std::int64_t>& value)
{
    if (document.contains(name)) value = wholeNumber(document.at(name), name);
}

} // namespace

std::string print(const source::Remembered& remembered)
{
    Json document{{"format", 1}};
    say(document, "cohort", remembered.cohort);
    say(document, "cohortHint", remembered.cohorthint);
    say(document, "cohortName", remembered.cohortname);
    say(document, "lastDay", remembered.lastDay);
    say(document, "installDay", remembered.installDay);
    document["freshness"] = remembered.freshness;
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

source::Remembered parseRemembered(const std::string& text)
{
    const auto document = Json::parse(text);
    if (wholeNumber(document.at("format"), "format") != 1)
        throw std::runtime_error("downloads/server.json is of another format");
    source::Remembered remembered;
    read(document, "cohort", remembered.cohort);
    read(document, "cohortHint", remembered.cohorthint);
    read(document, "cohortName", remembered.cohortname);
    read(document, "lastDay", remembered.lastDay);
    read(document, "installDay", remembered.installDay);
    remembered.freshness = document.at("freshness").get<std::string>();
    return remembered;
}

source::Remembered readRemembered(const store::Store& store, const std::string& app)
{
    const auto text = os::readStrangers(fileOf(store, app));
    return text ? parseRemembered(*text) : source::Remembered();
}

source::Remembered loadRemembered(const store::Store& store, Log& log, const std::string& app)
try {
    return readRemembered(store, app);
} catch (const std::exception& e) {
    log.warning(std::string("the server's cohort is forgotten: ") + escaped(e.what()));
    return {};
}

void saveRemembered(const store::Store& store, const source::Remembered& remembered, Log& log, const std::string& app)
try {
    os::writeDurably(fileOf(store, app), print(remembered));
} catch (const std::exception& e) {
    log.warning(std::string("the server's cohort would not outlive a restart: ") + escaped(e.what()));
}

} // namespace baton::agent
