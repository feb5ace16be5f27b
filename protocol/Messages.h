// Omaha's words as values: what a client asks and tells, and what a server answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace baton::protocol {

// Members bear the attributes' names. An empty text, like an empty optional, is an attribute that is not said.

struct Os {
    std::string platform;
    std::string version;
    std::string sp;
    std::string arch;

    friend bool operator==(const Os&, const Os&) = default;
};

struct Ping {
    std::optional<std::int64_t> active;
    std::optional<std::int64_t> a; ///< days since the last active day was told; -1: never before
    std::optional<std::int64_t> r; ///< days since the last ping

    friend bool operator==(const Ping&, const Ping&) = default;
};

struct UpdateCheckRequest {
    std::string targetversionprefix;
    std::optional<bool> updatedisabled;
    std::optional<bool> sameversionupdate;
    std::optional<bool> rollbackAllowed;

    friend bool operator==(const UpdateCheckRequest&, const UpdateCheckRequest&) = default;
};

/// Types and results that no list has are kept: a newer client knows more.
struct Event {
    std::int32_t eventtype = 0;
    std::optional<std::int64_t> eventresult; ///< not said: 0, an error
    std::optional<std::int64_t> errorcode; ///< update_engine's flag bits make it negative, or larger than 32 bits hold
    std::string previousversion;
    std::string nextversion;

    friend bool operator==(const Event&, const Event&) = default;
};

struct AppRequest {
    std::string appid;
    std::string version;
    std::string track;
    std::string machineid;
    std::string machinealias;
    std::string bootid;
    std::string oem;
    std::string oemversion;
    std::string alephversion;
    std::string board;
    std::string hardwareClass;
    std::optional<bool> deltaOkay;
    std::optional<bool> multiManifestOk;
    std::string fromTrack;
    std::string nextversion;
    std::string lang;
    std::optional<Ping> ping;
    std::optional<UpdateCheckRequest> updatecheck;
    std::vector<Event> events;

    friend bool operator==(const AppRequest&, const AppRequest&) = default;
};

struct Request {
    std::string protocol = "3.0";
    std::string version; ///< of the updater: "baton-0.1.0"
    std::string updaterversion;
    std::string installsource;
    std::string requestid;
    std::string sessionid;
    std::string userid;
    std::optional<bool> ismachine;
    Os os;
    std::vector<AppRequest> apps;

    friend bool operator==(const Request&, const Request&) = default;
};

struct Package {
    std::string name; ///< one path segment
    std::int64_t size = 0;
    std::string hashSha1;   ///< 40 lower-case hex digits; empty if not said. On the wire: `hash`, base64
    std::string hashSha256; ///< 64 lower-case hex digits; empty if not said. On the wire: `hash_sha256`, hex or base64
    std::optional<bool> required; ///< says nothing of the first: that is the payload

    friend bool operator==(const Package&, const Package&) = default;
};

struct Action {
    std::string event;
    std::string sha256; ///< of the first package, lower-case hex; empty if not said. On the wire: base64
    std::optional<bool> isDeltaPayload;
    std::optional<bool> disablePayloadBackoff;
    std::optional<bool> needsadmin;
    std::optional<std::int64_t> maxFailureCountPerUrl;
    std::optional<std::int64_t> metadataSize;
    std::string metadataSignatureRsa;
    std::string displayVersion;
    std::string deadline;

    friend bool operator==(const Action&, const Action&) = default;
};

struct Manifest {
    std::string version;
    std::vector<Package> packages;
    std::optional<std::vector<Action>> actions; ///< none and no list of them are two things on the wire

    /// The first package's SHA-256 in whichever place it stands; empty if in none.
    std::string firstSha256() const;

    friend bool operator==(const Manifest&, const Manifest&) = default;
};

struct UpdateCheck {
    std::string status; ///< ok, noupdate, error-…
    std::vector<std::string> codebases;
    std::optional<Manifest> manifest;                        ///< always there when the status is ok
    std::optional<std::int64_t> pollInterval = std::nullopt; ///< seconds until the next check, 1…86400

    friend bool operator==(const UpdateCheck&, const UpdateCheck&) = default;
};

struct AppResponse {
    std::string appid;
    std::string status; ///< ok, restricted, error-…
    bool ping = false;  ///< acknowledged
    std::optional<UpdateCheck> updatecheck;
    std::vector<std::string> events; ///< the status of each acknowledgement

    friend bool operator==(const AppResponse&, const AppResponse&) = default;
};

struct DayStart {
    std::optional<std::int64_t> elapsedDays; ///< since 2007-01-01
    std::optional<std::int64_t> elapsedSeconds;

    friend bool operator==(const DayStart&, const DayStart&) = default;
};

struct Response {
    std::string protocol = "3.0";
    std::string server;
    std::optional<DayStart> daystart;
    std::vector<AppResponse> apps;

    friend bool operator==(const Response&, const Response&) = default;
};

} // namespace baton::protocol
