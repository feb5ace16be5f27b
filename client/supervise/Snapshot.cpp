#include "client/supervise/Snapshot.h"

#include "client/core/ProductVersion.h"
#include "client/core/Text.h"
#include "client/core/WholeNumber.h"
#include "client/supervise/SnapshotFields.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <type_traits>

namespace baton::supervise {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t HighestDescriptor = 1 << 20;
constexpr std::int64_t HighestPid = 1 << 22;                            // PID_MAX_LIMIT of the kernel
constexpr std::int64_t HighestMoment = 1'000LL * 1'000 * 1'000 * 1'000; // ms: 31 years, and no overflow in sums

template <typename Enum>
struct Words;

template <>
struct Words<Phase> {
    static constexpr std::array<std::string_view, 13> All{
        "empty",           "startingFirst",  "startingOnly", "serving",       "startingBeside",
        "probationBeside", "probationAlone", "switching",    "startingAlone", "resuming",
        "rollingBack",     "restarting",     "stopping"};
};
static_assert(Words<Phase>::All.size() == static_cast<std::size_t>(Phase::Stopping) + 1);

template <>
struct Words<Again> {
    static constexpr std::array<std::string_view, 3> All{"nothing", "offer", "start"};
};

template <>
struct Words<Stand> {
    static constexpr std::array<std::string_view, 6> All{"unasked", "underWay", "nothing",
                                                         "failing", "offered",  "away"};
};
static_assert(Words<Stand>::All.size() == static_cast<std::size_t>(Stand::Away) + 1);

template <>
struct Words<Progress> {
    static constexpr std::array<std::string_view, 7> All{"out",   "waits",       "begun", "passedBeside",
                                                         "alone", "passedAlone", "back"};
};
static_assert(Words<Progress>::All.size() == static_cast<std::size_t>(Progress::Back) + 1);

template <>
struct Words<GroupPhase> {
    static constexpr std::array<std::string_view, 4> All{"gathering", "beside", "alone", "takingBack"};
};
static_assert(Words<GroupPhase>::All.size() == static_cast<std::size_t>(GroupPhase::TakingBack) + 1);

template <typename T>
inline constexpr bool IsList = false;
template <typename T>
inline constexpr bool IsList<std::vector<T>> = true;
template <typename T>
inline constexpr bool IsOptional = false;
template <typename T>
inline constexpr bool IsOptional<std::optional<T>> = true;

class Writer {
public:
    explicit Writer(int format) : format_(format) {}

    template <typename T>
    void operator()(const char* name, T& value)
    {
        document_[name] = written(value);
    }
    template <typename T>
    void since(int format, const char* name, T& value)
    {
        if (format <= format_) (*this)(name, value);
    }
    void descriptor(const char* name, int& number) { document_[name] = number; }
    void descriptors(const char* name, std::vector<int>& numbers) { document_[name] = numbers; }
    void pid(const char* name, pid_t& number) { document_[name] = number; }
    void pids(const char* name, std::vector<pid_t>& numbers) { document_[name] = numbers; }

    Json take() { return std::move(document_); }

private:
    // A path or what a program said may be bytes that are no text: then they are a list of numbers.
    static Json written(std::string& text)
    {
        if (isUtf8(text)) return text;
        Json bytes = Json::array();
        for (const char byte : text) bytes.push_back(static_cast<unsigned char>(byte));
        return bytes;
    }

    template <typename T>
    Json written(T& value) const
    {
        if constexpr (IsOptional<T>) {
            return value ? written(*value) : Json(nullptr);
        } else if constexpr (IsList<T>) {
            Json list = Json::array();
            for (auto& element : value) list.push_back(written(element));
            return list;
        } else if constexpr (std::is_same_v<T, Instant>) {
            return value.time_since_epoch().count();
        } else if constexpr (std::is_same_v<T, Duration>) {
            return value.count();
        } else if constexpr (std::is_enum_v<T>) {
            return Words<T>::All.at(static_cast<std::size_t>(value));
        } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::set<int>>) {
            return value;
        } else {
            Writer writer(format_);
            snapshot::fields(writer, value);
            return writer.take();
        }
    }

    int format_;
    Json document_ = Json::object();
};

class Reader {
public:
    Reader(int format, const Json& object, std::string path) : format_(format), object_(object), path_(std::move(path))
    {
        if (!object_.is_object()) throw std::runtime_error(path_ + " is no object");
    }

    template <typename T>
    void operator()(const char* name, T& value) const
    {
        read(member(name), at(name), value);
    }
    template <typename T>
    void since(int format, const char* name, T& value) const
    {
        if (format <= format_ && object_.contains(name)) (*this)(name, value);
    }
    void descriptor(const char* name, int& number) const { number = numberIn(name, 0, HighestDescriptor); }
    void descriptors(const char* name, std::vector<int>& numbers) const
    {
        for (const auto& element : list(member(name), at(name)))
            numbers.push_back(static_cast<int>(wholeNumber(element, at(name), 0, HighestDescriptor)));
    }
    void pid(const char* name, pid_t& number) const { number = numberIn(name, 2, HighestPid); }
    void pids(const char* name, std::vector<pid_t>& numbers) const
    {
        for (const auto& element : list(member(name), at(name)))
            numbers.push_back(static_cast<pid_t>(wholeNumber(element, at(name), 2, HighestPid)));
    }

private:
    std::string at(const char* name) const { return path_.empty() ? name : path_ + '.' + name; }

    const Json& member(const char* name) const
    {
        const auto found = object_.find(name);
        if (found == object_.end()) throw std::runtime_error(at(name) + " is missing");
        return *found;
    }

    int numberIn(const char* name, std::int64_t least, std::int64_t most) const
    {
        return static_cast<int>(wholeNumber(member(name), at(name), least, most));
    }

    static const Json& list(const Json& json, const std::string& where)
    {
        if (!json.is_array()) throw std::runtime_error(where + " is no list");
        return json;
    }

    static void read(const Json& json, const std::string& where, std::string& text)
    {
        text.clear();
        if (json.is_string()) {
            text = json.get<std::string>();
            return;
        }
        for (const auto& byte : list(json, where)) text += static_cast<char>(wholeNumber(byte, where, 0, 255));
    }

    static void read(const Json& json, const std::string& where, bool& flag)
    {
        if (!json.is_boolean()) throw std::runtime_error(where + " is neither true nor false");
        flag = json.get<bool>();
    }

    static void read(const Json& json, const std::string& where, std::set<int>& numbers)
    {
        for (const auto& element : list(json, where)) {
            numbers.insert(static_cast<int>(
                wholeNumber(element, where, std::numeric_limits<int>::min(), std::numeric_limits<int>::max())));
        }
    }

    template <typename T>
    void read(const Json& json, const std::string& where, T& value) const
    {
        if constexpr (IsOptional<T>) {
            value.reset();
            if (!json.is_null()) read(json, where, value.emplace());
        } else if constexpr (IsList<T>) {
            for (const auto& element : list(json, where)) read(element, where, value.emplace_back());
        } else if constexpr (std::is_same_v<T, Instant>) {
            value = Instant(Duration(wholeNumber(json, where, 0, HighestMoment)));
        } else if constexpr (std::is_same_v<T, Duration>) {
            value = Duration(wholeNumber(json, where, 0, HighestMoment));
        } else if constexpr (std::is_enum_v<T>) {
            const auto& words = Words<T>::All;
            const auto word = json.is_string() ? json.template get<std::string>() : std::string();
            const auto found = std::find(words.begin(), words.end(), word);
            if (found == words.end()) throw std::runtime_error(where + " is none of the words that it may be");
            value = static_cast<T>(found - words.begin());
        } else if constexpr (std::is_same_v<T, std::uint64_t>) {
            if (!json.is_number_unsigned()) throw std::runtime_error(where + " is no number from 0 on");
            value = json.template get<std::uint64_t>();
        } else if constexpr (std::is_integral_v<T>) {
            constexpr auto Most =
                std::min<std::uint64_t>(std::numeric_limits<T>::max(), std::numeric_limits<std::int64_t>::max());
            value = static_cast<T>(wholeNumber(json, where, std::numeric_limits<T>::min(), std::int64_t{Most}));
        } else {
            Reader reader(format_, json, where);
            snapshot::fields(reader, value);
        }
    }

    int format_;
    const Json& object_;
    std::string path_;
};

// Collects what `fields` calls a descriptor.
class Counter {
public:
    template <typename T>
    void operator()(const char*, T& value)
    {
        look(value);
    }
    template <typename T>
    void since(int, const char*, T& value)
    {
        look(value);
    }
    void descriptor(const char*, int& number) { found.insert(number); }
    void descriptors(const char*, std::vector<int>& numbers) { found.insert(numbers.begin(), numbers.end()); }
    void pid(const char*, pid_t&) {}
    void pids(const char*, std::vector<pid_t>&) {}

    std::set<int> found;

private:
    template <typename T>
    void look(T& value)
    {
        if constexpr (IsOptional<T>) {
            if (value) look(*value);
        } else if constexpr (IsList<T>) {
            for (auto& element : value) look(element);
        } else if constexpr (requires { snapshot::fields(*this, value); }) {
            snapshot::fields(*this, value);
        }
    }
};

void checkPlaces(const std::vector<int>& places, std::size_t listeners, const char* whose)
{
    for (const int place : places)
        if (place < 0 || static_cast<std::size_t>(place) >= listeners)
            throw std::runtime_error(std::string(whose) + " names a listener that is not there");
}

void checkListeners(const ProgramState& program)
{
    checkPlaces(program.passed, program.listeners.size(), "passed");
    const auto& handover = program.handover;
    for (const auto* one : {&handover.serving, &handover.candidate, &handover.standingBy})
        if (*one) checkPlaces((*one)->listeners, program.listeners.size(), "a generation");
    for (const auto& one : handover.draining) checkPlaces(one.listeners, program.listeners.size(), "a generation");
}

void checkGroup(const GroupSnapshot& group)
{
    if (group.failing && (*group.failing < 0 || static_cast<std::size_t>(*group.failing) >= group.members.size()))
        throw std::runtime_error("a group names a member that is not there");
}

void checkFormat(const Json& document, int ours)
{
    const auto found = document.find("format");
    if (found == document.end()) throw std::runtime_error("format is missing");
    const auto format = wholeNumber(*found, "format", 0);
    if (format < ours - 1 || format > ours + 1)
        throw std::runtime_error("format " + std::to_string(format) + " cannot be read: this Baton, " +
                                 std::string(productVersion()) + ", reads " + std::to_string(ours - 1) + " to " +
                                 std::to_string(ours + 1) + "; take a version in between first");
}

} // namespace

std::string printAs(int format, const Snapshot& snapshot)
{
    auto copy = snapshot; // `fields` takes what it could also fill.
    Writer writer(format);
    snapshot::fields(writer, copy);
    auto document = Json{{"format", format}};
    document.update(writer.take());
    return document.dump(1) + '\n';
}

Snapshot parseSnapshotAs(int format, const std::string& text)
try {
    const auto document = Json::parse(text, nullptr, false);
    if (!document.is_object()) throw std::runtime_error("it is no JSON object");
    checkFormat(document, format);
    Snapshot snapshot;
    Reader reader(format, document, "");
    snapshot::fields(reader, snapshot);
    for (const auto& program : snapshot.programs) checkListeners(program);
    for (const auto& group : snapshot.groups) checkGroup(group);
    return snapshot;
} catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string("the state of the running Baton cannot be read: ") + error.what());
}

std::vector<int> descriptorsOf(const Snapshot& snapshot)
{
    auto copy = snapshot;
    Counter counter;
    snapshot::fields(counter, copy);
    return {counter.found.begin(), counter.found.end()};
}

} // namespace baton::supervise
