// One agent in a world of scripts: server, packages, supervisor and time are in the test's hand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/agent/Cycle.h"
#include "client/core/Duration.h"
#include "client/fetch/PartFile.h"
#include "client/os/Files.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <map>
#include <optional>

namespace baton::agent {

using control::AgentNews;

inline const std::string Bytes = "the payload of 1.1.0";

inline std::string digestOf(const std::string& bytes)
{
    fetch::Sha256 hash;
    hash.add(bytes);
    return hash.finish();
}

// Civil time and the steady clock, moved by hand.
struct HandClock : Clock {
    Instant now() const override { return Instant(elapsed); }
    WallTime wall() const override { return WallTime(std::chrono::hours(500'000)) + elapsed + set; } // 08:00 at first
    Duration elapsed{0};
    Duration set{0}; // how far somebody set the civil one
};

// No jitter unless a test says so.
struct HandRandom : schedule::Random {
    Duration upTo(Duration limit) override { return limit * percent / 100; }
    int percent = 0;
};

struct SilentLog : Log {
    void write(Level, std::string_view) noexcept override {}
};

// A server in memory: "13/1", "3/0:10" is what it was told, "check" what it was asked.
struct ScriptedSource : source::Source {
    source::Checked check(const source::Question& question) override
    {
        heard.push_back(question.asker == source::Asker::Person ? "check!" : "check");
        versions.push_back(question.version);
        if (isAway) return {Failure{Category::UpdateCheck, code::HttpError, "no connection"}, {}};
        remembered.push_back(question.remembered);
        auto checked = next(answers);
        checked.remembered = tells.value_or(question.remembered);
        for (const auto& other : question.others) {
            otherVersions.push_back(other.version);
            auto of = next(otherAnswers);
            checked.others.push_back({of.answer, {}});
            checked.others.back().remembered.cohort = "cohort of " + other.id;
            otherCohorts.push_back(other.remembered.cohort.value_or(""));
        }
        return checked;
    }
    source::Checked next(std::deque<source::Answer>& from) const
    {
        if (from.empty()) return {source::Answer(source::NoUpdate{}), {}};
        auto answer = from.front();
        from.pop_front();
        return {answer, retryAfter, trusted, {}, overloaded};
    }
    source::Sent send(const source::Event& event, std::chrono::seconds age) override
    {
        if (isAway) return {Failure{Category::UpdateCheck, code::HttpError, "no connection"}, false};
        if (provesNoEvent) return {Failure{Category::UpdateCheck, code::AnswerInvalid, "no proof"}, true, true};
        if (takesNoEvent)
            return {Failure{Category::UpdateCheck, code::HttpError, "503"},
                    true,
                    false,
                    retryAfterEvents,
                    true,
                    overloadedByEvents};
        heard.push_back((event.appId.empty() ? "" : event.appId + ' ') + std::to_string(event.type) + '/' +
                        std::to_string(event.result) +
                        (event.errorCode != 0 ? ':' + std::to_string(event.errorCode) : ""));
        events.push_back(event);
        ages.push_back(age);
        return {Done{}};
    }
    std::deque<source::Answer> answers;
    std::deque<source::Answer> otherAnswers; // of one more app
    std::vector<std::string> otherVersions;
    std::vector<std::string> otherCohorts;
    std::string retryAfter;
    bool trusted = true;
    bool overloaded = false;
    bool isAway = false;
    std::vector<std::string> heard;
    std::vector<std::string> versions;
    std::vector<source::Event> events;
    bool takesNoEvent = false;
    bool provesNoEvent = false;
    std::string retryAfterEvents;
    bool overloadedByEvents = false;
    std::vector<std::chrono::seconds> ages; // of the events
    std::optional<source::Remembered> tells;
    std::vector<source::Remembered> remembered; // with each check
};

// Packages in memory, by address.
struct ScriptedTransport : transport::Transport {
    Result<transport::HttpReply> post(const transport::Url&, const transport::Headers&, const std::string&) override
    {
        return Failure{};
    }
    Result<Done> get(const transport::Url& url, const transport::Headers&, transport::Receiver& receiver) override
    {
        ++asked;
        if (busy > 0) {
            --busy;
            return receiver.begin({503, {{"Retry-After", "3600"}}, 0}).error();
        }
        const auto found = files.find(transport::print(url));
        if (found == files.end()) return Failure{Category::Download, code::Transfer, "no connection"};
        const auto& body = found->second;
        const transport::HttpHead head{200, {{"ETag", "\"a\""}}, static_cast<std::int64_t>(body.size())};
        if (auto most = receiver.begin(head); !most) return most.error();
        return receiver.take(body);
    }
    std::map<std::string, std::string> files;
    int busy = 0;               // So often it says that it is.
    std::atomic<int> asked = 0; // Several packages are fetched by as many threads.
};

// Plays the supervisor: says the words of the script, one each time the agent waits for long, then goes.
struct ScriptedWire : Wire {
    explicit ScriptedWire(HandClock& hand) : clock(hand) {}
    void tell(const AgentNews& one) override
    {
        news.push_back(one);
        if (onNews) onNews(one);
    }
    Heard wait(Duration atMost) override
    {
        if (atMost <= Duration(0)) return Heard::Nothing;
        if (script.empty()) return Heard::Gone;
        const auto step = script.front();
        script.pop_front();
        const auto word = step();
        if (word == Heard::Nothing) clock.elapsed += std::exchange(passes, std::nullopt).value_or(atMost);
        return word;
    }
    std::optional<Duration> passes; // if it is not what was waited for
    HandClock& clock;
    std::deque<std::function<Heard()>> script;
    std::vector<AgentNews> news;
    std::function<void(const AgentNews&)> onNews;
};

inline store::State stateOf(std::optional<store::ReleaseKey> current, std::optional<store::Install> install = {})
{
    store::State state;
    state.current = std::move(current);
    state.install = std::move(install);
    return state;
}

class CycleTest : public ::testing::Test {
protected:
    CycleTest() : store(directory.path() / "state")
    {
        store.create();
        settings.server = "http://omaha.example/";
        settings.interval = std::chrono::hours(1);
        settings.jitter = Duration(0);
        settings.fallbackVersion = "1.0.0";
        transport.files[url] = Bytes;
    }

    // One life of the agent: the steps of the script, then the supervisor goes.
    void live(std::deque<std::function<Heard()>> script)
    {
        wire.script = std::move(script);
        wire.news.clear();
        Cycle(settings, {source, transport, store, clock, random, wire, log}).run();
    }

    source::Offer offer(const std::string& version = "1.1.0") const
    {
        return {version, {{"web", static_cast<std::int64_t>(Bytes.size()), key.sha256, {url}}}};
    }

    void line(store::Outcome outcome, int code = 0)
    {
        store.append({"2026-11-23T17:00:00Z", "1.0.0", key, outcome, code, "because"});
    }

    std::vector<std::string> words(AgentNews::Kind kind) const
    {
        std::vector<std::string> found;
        for (const auto& one : wire.news)
            if (one.kind == kind) found.push_back(kind == AgentNews::Kind::Checked ? one.word : one.version);
        return found;
    }

    AgentNews lastProgress() const
    {
        AgentNews last;
        for (const auto& one : wire.news)
            if (one.kind == AgentNews::Kind::Progress) last = one;
        return last;
    }

    baton::testing::TemporaryDirectory directory;
    store::Store store;
    HandClock clock;
    HandRandom random;
    SilentLog log;
    ScriptedSource source;
    ScriptedTransport transport;
    ScriptedWire wire{clock};
    Settings settings;
    const std::string url = "http://cdn.example/web";
    const store::ReleaseKey key{"1.1.0", digestOf(Bytes)};
    const std::function<Heard()> timePasses = [] { return Heard::Nothing; };
    const std::function<Heard()> somebodyAsks = [] { return Heard::Check; };
};

} // namespace baton::agent
