// What an Omaha message costs to read and to write.
#include "protocol/Codec.h"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace baton::protocol {
namespace {

/// An update for one app with one package, as CoreUpdate and Nebraska send it.
Response typicalResponse()
{
    Response response;
    response.server = "update.example.org";
    response.daystart = DayStart{7265, 43200};
    AppResponse app{"{e96281a6-d1af-4bde-9a0a-97b76e56dc57}", "ok", "ok", UpdateCheck{}, {"ok"}};
    app.updatecheck->status = "ok";
    app.updatecheck->codebases = {"https://update.example.org/packages/web/1.5.0/"};
    auto& manifest = app.updatecheck->manifest.emplace();
    manifest.version = "1.5.0";
    manifest.packages = {{"web-1.5.0.tar.zst", 465881871, std::string(40, 'b'), std::string(64, 'c'), true}};
    auto& action = manifest.actions.emplace().emplace_back();
    action.event = "postinstall";
    action.sha256 = std::string(64, 'c');
    response.apps = {app};
    return response;
}

Request typicalRequest()
{
    Request request;
    request.version = "baton-0.1.0";
    request.installsource = "scheduler";
    request.sessionid = "{5f5f3e4a-3c3e-4b2f-9f51-0a3b1c2d3e4f}";
    request.ismachine = true;
    request.os = {"linux", "6.1", {}, "x64"};
    AppRequest app;
    app.appid = "{e96281a6-d1af-4bde-9a0a-97b76e56dc57}";
    app.version = "1.4.0";
    app.track = "stable";
    app.machineid = "6f0c7c1b2a3d4e5f60718293a4b5c6d7";
    app.ping.emplace().active = 1;
    app.updatecheck.emplace();
    request.apps = {app};
    return request;
}

template <typename Message>
Message in(Message message, Form form)
{
    message.protocol = protocolOf(form);
    return message;
}

// BATON_RESPONSE names a file for the XML one: others' decoders are measured with the same bytes.
void keepForOthers(const std::string& text)
{
    if (const char* path = std::getenv("BATON_RESPONSE")) std::ofstream(path, std::ios::binary) << text;
}

void DecodeResponse(benchmark::State& state, Form form)
{
    const auto text = encode(in(typicalResponse(), form), form);
    if (form == Form::Xml) keepForOthers(text);
    for (auto _ : state) benchmark::DoNotOptimize(decodeResponse(text));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void EncodeResponse(benchmark::State& state, Form form)
{
    const auto response = in(typicalResponse(), form);
    for (auto _ : state) benchmark::DoNotOptimize(encode(response, form));
}

void DecodeRequest(benchmark::State& state, Form form)
{
    const auto text = encode(in(typicalRequest(), form), form);
    for (auto _ : state) benchmark::DoNotOptimize(decodeRequest(text));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void EncodeRequest(benchmark::State& state, Form form)
{
    const auto request = in(typicalRequest(), form);
    for (auto _ : state) benchmark::DoNotOptimize(encode(request, form));
}

BENCHMARK_CAPTURE(DecodeResponse, xml, Form::Xml);
BENCHMARK_CAPTURE(DecodeResponse, json3, Form::Json3);
BENCHMARK_CAPTURE(DecodeResponse, json4, Form::Json4);
BENCHMARK_CAPTURE(EncodeResponse, xml, Form::Xml);
BENCHMARK_CAPTURE(EncodeResponse, json3, Form::Json3);
BENCHMARK_CAPTURE(EncodeResponse, json4, Form::Json4);
BENCHMARK_CAPTURE(DecodeRequest, xml, Form::Xml);
BENCHMARK_CAPTURE(DecodeRequest, json3, Form::Json3);
BENCHMARK_CAPTURE(DecodeRequest, json4, Form::Json4);
BENCHMARK_CAPTURE(EncodeRequest, xml, Form::Xml);
BENCHMARK_CAPTURE(EncodeRequest, json3, Form::Json3);
BENCHMARK_CAPTURE(EncodeRequest, json4, Form::Json4);

} // namespace
} // namespace baton::protocol
