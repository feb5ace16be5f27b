// What a client asks and tells: Omaha's request as values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Extra.h"

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
    Extras extras = {};

    friend bool operator==(const Os&, const Os&) = default;
};

/// What the machine has; -1 on the wire is a thing that is not known, and becomes one that is not said.
struct Hw {
    std::optional<std::int64_t> physmemory; ///< GiB, truncated
    std::optional<bool> sse;
    std::optional<bool> sse2;
    std::optional<bool> sse3;
    std::optional<bool> ssse3;
    std::optional<bool> sse41;
    std::optional<bool> sse42;
    std::optional<bool> avx;
    Extras extras = {};

    friend bool operator==(const Hw&, const Hw&) = default;
};

/// Another updater on the machine.  [Omaha 3.1 and 4.0, updater Objects]
struct Updater {
    std::string name;
    std::string version;
    std::optional<bool> ismachine;
    std::optional<bool> autoupdatecheckenabled;
    std::optional<std::int64_t> updatepolicy;
    std::optional<std::int64_t> lastchecked; ///< hours, coarse
    std::optional<std::int64_t> laststarted; ///< hours, coarse
    std::optional<std::int64_t> lastupdatecheckerrorcat;
    std::optional<std::int64_t> lastupdatecheckerrorcode;
    std::optional<std::int64_t> lastupdatecheckextracode1;
    Extras extras = {};

    friend bool operator==(const Updater&, const Updater&) = default;
};

struct Ping {
    std::optional<std::int64_t> active;
    std::optional<std::int64_t> a;  ///< days since the last active day was told; -1: never before
    std::optional<std::int64_t> r;  ///< days since the last ping; -1: never before
    std::optional<std::int64_t> ad; ///< the elapsed_days of the last active day; -1: the first, -2: unknown
    std::optional<std::int64_t> rd; ///< the elapsed_days of the last ping; -1: the first, -2: unknown
    std::string pingFreshness;      ///< new with each stored date
    Extras extras = {};

    friend bool operator==(const Ping&, const Ping&) = default;
};

struct UpdateCheckRequest {
    std::string targetversionprefix; ///< by components: 1.2.3 holds 1.2.3.4 and not 1.2.34
    std::optional<bool> updatedisabled;
    std::optional<bool> sameversionupdate;
    std::optional<bool> rollbackAllowed;
    std::string tttoken;
    std::string releaseChannel; ///< where Google's client of 3.0 puts it; later forms have it on the app
    Extras extras;

    friend bool operator==(const UpdateCheckRequest&, const UpdateCheckRequest&) = default;
};

/// Types and results that no list has are kept: a newer client knows more.
struct Event {
    std::int32_t eventtype = 0;
    std::optional<std::int64_t> eventresult; ///< not said: 0, an error
    std::optional<std::int64_t> errorcode; ///< update_engine's flag bits make it negative, or larger than 32 bits hold
    std::string previousversion;
    std::string nextversion;
    std::optional<std::int64_t> errorcat = {};
    std::optional<std::int64_t> extracode1 = {};
    std::string previousfp = {};
    std::string nextfp = {};
    std::string url = {};                        ///< that was fetched
    std::string downloader = {};                 ///< what fetched it
    std::optional<std::int64_t> downloaded = {}; ///< bytes
    std::optional<std::int64_t> total = {};      ///< bytes
    std::optional<std::int64_t> downloadTimeMs = {};
    std::optional<std::int64_t> installTimeMs = {};
    std::optional<std::int64_t> updateCheckTimeMs = {};
    std::optional<std::int64_t> timeSinceUpdateAvailableMs = {};
    std::optional<std::int64_t> timeSinceDownloadStartMs = {};
    std::optional<std::int64_t> sourceUrlIndex = {};
    std::optional<std::int64_t> stateCancelled = {};
    std::optional<std::int64_t> diffresult = {};
    std::optional<std::int64_t> differrorcat = {};
    std::optional<std::int64_t> differrorcode = {};
    std::optional<std::int64_t> diffextracode1 = {};
    std::string appcommandid = {};
    std::string actiontype = {};
    std::string pipelineId = {}; ///< 4.0: of the pipeline that it happened in
    std::string outcome = {};
    Extras extras = {};

    friend bool operator==(const Event&, const Event&) = default;
};

/// What is asked of the server's own data about an app.
struct DataRequest {
    std::string name;
    std::string index;
    std::string text; ///< of the untrusted kind
    Extras extras = {};

    friend bool operator==(const DataRequest&, const DataRequest&) = default;
};

struct AppRequest {
    std::string appid;
    std::string version;
    // CoreOS's.
    std::string track;
    std::string machineid; ///< at most 50 characters fit into Nebraska's table
    std::string machinealias;
    std::string bootid;
    std::string oem;
    std::string oemversion;
    std::string alephversion; ///< what the machine was first installed with
    std::string board;
    std::string hardwareClass;
    std::optional<bool> deltaOkay;
    std::optional<bool> multiManifestOk;
    std::string fromTrack;
    // Google's.
    std::string nextversion;
    std::string lang;
    std::string brand;
    std::string client;
    std::string iid;
    std::string tag;
    std::string ap; ///< the update channel, in whatever words an application has for it
    std::string experiments;
    std::optional<bool> enabled;
    std::optional<std::int64_t> installage;  ///< days; -1: first contact
    std::optional<std::int64_t> installdate; ///< elapsed_days; -1: first contact, -2: unknown
    std::string installsource;
    std::string installedby;
    std::optional<bool> ismachine;
    std::string releaseChannel;
    std::optional<std::string> cohort; ///< sent back as it came: absent and empty are two things
    std::optional<std::string> cohorthint;
    std::optional<std::string> cohortname;
    std::string fp;                              ///< of what is installed
    std::vector<std::string> packageFps;         ///< the same, for each package
    std::vector<std::string> cachedItems;        ///< 4.0: SHA-256 of what could be patched
    std::vector<std::string> cachedFingerprints; ///< the same, as an early draft of 4.0 has it
    std::vector<std::int64_t> disabled;          ///< reasons
    std::vector<DataRequest> data;
    std::optional<Ping> ping;
    std::optional<UpdateCheckRequest> updatecheck;
    std::vector<Event> events;
    Extras extras;

    friend bool operator==(const AppRequest&, const AppRequest&) = default;
};

struct Request {
    std::string protocol = "3.0";
    std::string version; ///< of the updater: "baton-0.1.0"
    std::string updater; ///< its name
    std::string updaterversion;
    std::string updaterchannel;
    std::string prodversion;
    std::string prodchannel;
    std::string osWord; ///< `@os`: win, mac, linux, cros, android, fuchsia, openbsd
    std::string arch;
    std::string naclArch;
    std::optional<bool> wow64;
    std::optional<bool> domainjoined;
    std::string installsource;
    std::optional<bool> ismachine;
    std::string requestid; ///< new for each attempt
    std::string sessionid; ///< one for the check, the downloads and the events
    std::string userid;
    std::string testsource; ///< not empty: not to be counted
    std::string dedup;
    std::string acceptformat;
    std::string dlpref;
    std::string originurl;
    std::optional<std::int64_t> periodoverridesec;
    std::string shellVersion;
    std::optional<Hw> hw;
    Os os;
    std::vector<Updater> updaters; ///< the others on the machine
    std::vector<AppRequest> apps;
    Extras extras = {};

    friend bool operator==(const Request&, const Request&) = default;
};

} // namespace baton::protocol
