// What a server answers: Omaha's response as values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Extra.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace baton::protocol {

// Members bear the attributes' names. An empty text, like an empty optional, is an attribute that is not said.

/// What only goes along with a package and nobody reads.
struct Metadata {
    std::string contentType;
    std::string text;
    Extras extras = {};

    friend bool operator==(const Metadata&, const Metadata&) = default;
};

struct Package {
    std::string name;       ///< one path segment
    std::int64_t size = 0;  ///< 0 if not said: then a signed statement must say it
    std::string hashSha1;   ///< 40 lower-case hex digits; empty if not said. On the wire: `hash`, base64
    std::string hashSha256; ///< 64 lower-case hex digits; empty if not said. On the wire: `hash_sha256`, hex or base64
    std::optional<bool> required; ///< says nothing of the first: that is the payload
    std::string fp = {};          ///< 1.HEX or 2.VERSION
    std::string namediff = {};
    std::optional<std::int64_t> sizediff = {};
    std::string hashdiff = {};
    std::string hashdiffSha256 = {};
    std::optional<Metadata> metadata = {};
    Extras extras = {};

    friend bool operator==(const Package&, const Package&) = default;
};

struct Action {
    std::string event;  ///< preinstall, install, postinstall, update; 3.1 has a type instead
    std::string sha256; ///< of the first package, lower-case hex; empty if not said. On the wire: base64
    std::string run;
    std::string arguments;
    std::string successurl;
    std::string successaction; ///< default, exitsilently, exitsilentlyonlaunchcmd; some call it onsuccess
    std::optional<bool> terminateallbrowsers;
    std::optional<bool> isDeltaPayload;
    std::optional<bool> disablePayloadBackoff;
    std::optional<std::int64_t> maxFailureCountPerUrl;
    std::optional<bool> needsadmin;
    std::optional<std::int64_t> metadataSize;
    std::string metadataSignatureRsa;
    std::string displayVersion;
    std::string chromeOsVersion;
    std::optional<bool> isDelta;
    std::string deadline;
    std::string moreInfo;
    std::optional<bool> prompt;
    std::optional<std::int64_t> maxDaysToScatter;
    std::string type; ///< 3.1's: run, launchcmd, hideui
    Extras extras;

    friend bool operator==(const Action&, const Action&) = default;
};

struct Manifest {
    std::string version;
    std::vector<Package> packages;
    std::optional<std::vector<Action>> actions; ///< none and no list of them are two things on the wire
    std::string run = {};
    std::string arguments = {};
    std::string prodversionmin = {};
    std::optional<bool> isFloor = {};
    std::string floorReason = {};
    std::optional<bool> isTarget = {};
    Extras extras = {};

    /// The first package's SHA-256 in whichever place it stands; empty if in none.
    std::string firstSha256() const;

    friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// One step of a pipeline. Which members are said depends on the type.  [Omaha 4.0, operation Objects]
struct Operation {
    std::string type; ///< download, xz, zucc, puff, crx3, run; others are kept
    std::optional<std::int64_t> size;
    std::string outSha256;         ///< of what it makes, lower-case hex
    std::string inSha256;          ///< of what it takes
    std::string previousSha256;    ///< of what it patches
    std::string previousfp;        ///< the same, as an early draft has it
    std::vector<std::string> urls; ///< whole; each can be asked
    std::string path;
    std::string arguments;
    Extras extras = {};

    friend bool operator==(const Operation&, const Operation&) = default;
};

/// One way to the new release; the first one whose operations all work is taken.  [Omaha 4.0, pipeline Objects]
struct Pipeline {
    std::string pipelineId;  ///< echoed in events
    std::string nextversion; ///< where an early draft puts it
    std::string nextfp;
    std::vector<Operation> operations;
    Extras extras = {};

    friend bool operator==(const Pipeline&, const Pipeline&) = default;
};

struct UpdateCheck {
    std::string status;                                      ///< ok, noupdate, error-…
    std::vector<std::string> codebases;                      ///< directories of the packages; each can be asked
    std::optional<Manifest> manifest;                        ///< there when the status is ok, unless pipelines are
    std::optional<std::int64_t> pollInterval = std::nullopt; ///< seconds until the next check, 1…86400
    std::vector<std::string> codebasediffs = {};
    std::string info = {}; ///< why, for debugging
    std::string errorurl = {};
    std::string tttoken = {};
    std::string nextversion = {};         ///< 4.0: what the pipelines lead to
    std::vector<Pipeline> pipelines = {}; ///< 4.0: in order of preference
    std::vector<Action> actions = {};     ///< 3.1: to be done whatever the status
    Extras extras = {};

    friend bool operator==(const UpdateCheck&, const UpdateCheck&) = default;
};

/// What the server has about an app.
struct Data {
    std::string name;
    std::string index;
    std::string status;
    std::string text;
    Extras extras = {};

    friend bool operator==(const Data&, const Data&) = default;
};

struct AppResponse {
    std::string appid;
    std::string status;              ///< ok, restricted, error-…; not said, in JSON: ok
    std::optional<std::string> ping; ///< the status of its acknowledgement
    std::optional<UpdateCheck> updatecheck;
    std::vector<std::string> events;        ///< the status of each acknowledgement
    std::optional<std::string> cohort = {}; ///< overwrites what is kept exactly when it is said, also when it is empty
    std::optional<std::string> cohorthint = {};
    std::optional<std::string> cohortname = {};
    std::string experiments = {};
    std::vector<Data> data = {};
    Extras extras = {};

    friend bool operator==(const AppResponse&, const AppResponse&) = default;
};

struct DayStart {
    std::optional<std::int64_t> elapsedDays; ///< since 2007-01-01
    std::optional<std::int64_t> elapsedSeconds;
    Extras extras = {};

    friend bool operator==(const DayStart&, const DayStart&) = default;
};

struct SystemRequirements {
    std::string platform;
    std::string arch;
    std::string minOsVersion;
    Extras extras = {};

    friend bool operator==(const SystemRequirements&, const SystemRequirements&) = default;
};

struct Response {
    std::string protocol = "3.0";
    std::string server;
    std::optional<DayStart> daystart;
    std::optional<SystemRequirements> systemrequirements;
    std::vector<AppResponse> apps;
    Extras extras = {};

    friend bool operator==(const Response&, const Response&) = default;
};

} // namespace baton::protocol
