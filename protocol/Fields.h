// Which attribute is which member: one table for each message, read by every form.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Messages.h"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>

namespace baton::protocol {

inline constexpr std::int64_t Int32Most = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int64_t Int64Least = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t Int64Most = std::numeric_limits<std::int64_t>::max();

/// What a text becomes that is no number or flag of the range: an error, or as if it had not been said.
enum class Unreadable { Refused, NotSaid };

/// How XML writes a flag.
enum class FlagForm { Word, Digit };

template <typename Owner>
using Member = std::variant<std::string Owner::*, std::optional<std::int64_t> Owner::*, std::optional<bool> Owner::*>;

template <typename Owner>
struct Field {
    const char* name;
    Member<Owner> member;
    Unreadable unreadable = Unreadable::Refused;
    std::int64_t least = Int64Least; ///< of a number
    std::int64_t most = Int64Most;
    FlagForm flagForm = FlagForm::Word;
};

inline constexpr std::array OsFields{Field<Os>{"platform", &Os::platform}, Field<Os>{"version", &Os::version},
                                     Field<Os>{"sp", &Os::sp}, Field<Os>{"arch", &Os::arch}};

inline constexpr std::array PingFields{Field<Ping>{"active", &Ping::active}, Field<Ping>{"a", &Ping::a},
                                       Field<Ping>{"r", &Ping::r}};

inline constexpr std::array UpdateCheckRequestFields{
    Field<UpdateCheckRequest>{"targetversionprefix", &UpdateCheckRequest::targetversionprefix},
    Field<UpdateCheckRequest>{"updatedisabled", &UpdateCheckRequest::updatedisabled},
    Field<UpdateCheckRequest>{"sameversionupdate", &UpdateCheckRequest::sameversionupdate},
    Field<UpdateCheckRequest>{"rollback_allowed", &UpdateCheckRequest::rollbackAllowed}};

/// Without eventtype, which must be there.
inline constexpr std::array EventFields{
    Field<Event>{"eventresult", &Event::eventresult, Unreadable::Refused, 0, Int32Most},
    Field<Event>{"errorcode", &Event::errorcode}, Field<Event>{"previousversion", &Event::previousversion},
    Field<Event>{"nextversion", &Event::nextversion}};

/// Without appid, which must be there.
inline constexpr std::array AppRequestFields{Field<AppRequest>{"version", &AppRequest::version},
                                             Field<AppRequest>{"track", &AppRequest::track},
                                             Field<AppRequest>{"machineid", &AppRequest::machineid},
                                             Field<AppRequest>{"machinealias", &AppRequest::machinealias},
                                             Field<AppRequest>{"bootid", &AppRequest::bootid},
                                             Field<AppRequest>{"oem", &AppRequest::oem},
                                             Field<AppRequest>{"oemversion", &AppRequest::oemversion},
                                             Field<AppRequest>{"alephversion", &AppRequest::alephversion},
                                             Field<AppRequest>{"board", &AppRequest::board},
                                             Field<AppRequest>{"hardware_class", &AppRequest::hardwareClass},
                                             Field<AppRequest>{"delta_okay", &AppRequest::deltaOkay},
                                             Field<AppRequest>{"multi_manifest_ok", &AppRequest::multiManifestOk},
                                             Field<AppRequest>{"from_track", &AppRequest::fromTrack},
                                             Field<AppRequest>{"nextversion", &AppRequest::nextversion},
                                             Field<AppRequest>{"lang", &AppRequest::lang}};

/// Without protocol, which must be there.
inline constexpr std::array RequestFields{
    Field<Request>{"version", &Request::version},
    Field<Request>{"updaterversion", &Request::updaterversion},
    Field<Request>{"installsource", &Request::installsource},
    Field<Request>{"requestid", &Request::requestid},
    Field<Request>{"sessionid", &Request::sessionid},
    Field<Request>{"userid", &Request::userid},
    Field<Request>{"ismachine", &Request::ismachine, Unreadable::Refused, 0, 0, FlagForm::Digit}};

/// Without event and sha256. Nobody refuses an offer for what it only hints at.
inline constexpr std::array ActionFields{
    Field<Action>{"IsDeltaPayload", &Action::isDeltaPayload, Unreadable::NotSaid},
    Field<Action>{"DisablePayloadBackoff", &Action::disablePayloadBackoff, Unreadable::NotSaid},
    Field<Action>{"needsadmin", &Action::needsadmin, Unreadable::NotSaid},
    Field<Action>{"MaxFailureCountPerUrl", &Action::maxFailureCountPerUrl, Unreadable::NotSaid, 0, Int32Most},
    Field<Action>{"MetadataSize", &Action::metadataSize, Unreadable::NotSaid, 0},
    Field<Action>{"MetadataSignatureRsa", &Action::metadataSignatureRsa},
    Field<Action>{"DisplayVersion", &Action::displayVersion},
    Field<Action>{"deadline", &Action::deadline}};

/// Without status, which must be there.
inline constexpr std::array UpdateCheckFields{
    Field<UpdateCheck>{"PollInterval", &UpdateCheck::pollInterval, Unreadable::NotSaid, 1, 86'400}};

/// Servers write all kinds of things here.
inline constexpr std::array DayStartFields{
    Field<DayStart>{"elapsed_days", &DayStart::elapsedDays, Unreadable::NotSaid, 0},
    Field<DayStart>{"elapsed_seconds", &DayStart::elapsedSeconds, Unreadable::NotSaid, 0}};

} // namespace baton::protocol
