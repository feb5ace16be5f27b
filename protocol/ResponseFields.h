// The attributes of a response's elements, in the order in which they are written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Fields.h"
#include "protocol/Response.h"

#include <array>

namespace baton::protocol {

inline constexpr std::array MetadataFields{Field<Metadata>{"content-type", &Metadata::contentType}};

/// Without name, size and digests.
inline constexpr std::array PackageFields{Field<Package>{"required", &Package::required},
                                          Field<Package>{"fp", &Package::fp},
                                          Field<Package>{"namediff", &Package::namediff},
                                          Field<Package>{"sizediff", &Package::sizediff, Unreadable::NotSaid, 0},
                                          Field<Package>{"hashdiff", &Package::hashdiff},
                                          Field<Package>{"hashdiff_sha256", &Package::hashdiffSha256}};

/// Without event and sha256. Nobody refuses an offer for what it only hints at.
inline constexpr std::array ActionFields{
    Field<Action>{"run", &Action::run},
    Field<Action>{"arguments", &Action::arguments},
    Field<Action>{"successurl", &Action::successurl},
    also(Field<Action>{"successaction", &Action::successaction}, "onsuccess"),
    Field<Action>{"terminateallbrowsers", &Action::terminateallbrowsers, Unreadable::NotSaid},
    Field<Action>{"IsDeltaPayload", &Action::isDeltaPayload, Unreadable::NotSaid},
    Field<Action>{"DisablePayloadBackoff", &Action::disablePayloadBackoff, Unreadable::NotSaid},
    Field<Action>{"needsadmin", &Action::needsadmin, Unreadable::NotSaid},
    Field<Action>{"MaxFailureCountPerUrl", &Action::maxFailureCountPerUrl, Unreadable::NotSaid, 0, Int32Most},
    Field<Action>{"MetadataSize", &Action::metadataSize, Unreadable::NotSaid, 0},
    Field<Action>{"MetadataSignatureRsa", &Action::metadataSignatureRsa},
    Field<Action>{"DisplayVersion", &Action::displayVersion},
    Field<Action>{"ChromeOSVersion", &Action::chromeOsVersion},
    Field<Action>{"IsDelta", &Action::isDelta, Unreadable::NotSaid},
    Field<Action>{"deadline", &Action::deadline},
    Field<Action>{"MoreInfo", &Action::moreInfo},
    Field<Action>{"Prompt", &Action::prompt, Unreadable::NotSaid},
    Field<Action>{"MaxDaysToScatter", &Action::maxDaysToScatter, Unreadable::NotSaid, 0, Int32Most},
    Field<Action>{"type", &Action::type}};

/// Without version, which must be there.
inline constexpr std::array ManifestFields{Field<Manifest>{"run", &Manifest::run},
                                           Field<Manifest>{"arguments", &Manifest::arguments},
                                           Field<Manifest>{"prodversionmin", &Manifest::prodversionmin},
                                           Field<Manifest>{"is_floor", &Manifest::isFloor, Unreadable::NotSaid},
                                           Field<Manifest>{"floor_reason", &Manifest::floorReason},
                                           Field<Manifest>{"is_target", &Manifest::isTarget, Unreadable::NotSaid}};

/// Without type, size and digests.
inline constexpr std::array OperationFields{Field<Operation>{"path", &Operation::path},
                                            Field<Operation>{"arguments", &Operation::arguments},
                                            Field<Operation>{"previousfp", &Operation::previousfp}};

inline constexpr std::array PipelineFields{Field<Pipeline>{"pipeline_id", &Pipeline::pipelineId},
                                           Field<Pipeline>{"nextversion", &Pipeline::nextversion},
                                           Field<Pipeline>{"nextfp", &Pipeline::nextfp}};

/// Without status, which must be there.
inline constexpr std::array UpdateCheckFields{
    Field<UpdateCheck>{"PollInterval", &UpdateCheck::pollInterval, Unreadable::NotSaid, 1, 86'400},
    Field<UpdateCheck>{"info", &UpdateCheck::info}, Field<UpdateCheck>{"errorurl", &UpdateCheck::errorurl},
    Field<UpdateCheck>{"tttoken", &UpdateCheck::tttoken}, Field<UpdateCheck>{"nextversion", &UpdateCheck::nextversion}};

inline constexpr std::array DataFields{Field<Data>{"name", &Data::name}, Field<Data>{"index", &Data::index},
                                       Field<Data>{"status", &Data::status}};

/// Without protocol.
inline constexpr std::array ResponseFields{Field<Response>{"server", &Response::server}};

/// Without appid and status, which must be there.
inline constexpr std::array AppResponseFields{Field<AppResponse>{"cohort", &AppResponse::cohort},
                                              Field<AppResponse>{"cohorthint", &AppResponse::cohorthint},
                                              Field<AppResponse>{"cohortname", &AppResponse::cohortname},
                                              Field<AppResponse>{"experiments", &AppResponse::experiments}};

/// Servers write all kinds of things here.
inline constexpr std::array DayStartFields{
    Field<DayStart>{"elapsed_days", &DayStart::elapsedDays, Unreadable::NotSaid, 0},
    Field<DayStart>{"elapsed_seconds", &DayStart::elapsedSeconds, Unreadable::NotSaid, 0}};

inline constexpr std::array SystemRequirementsFields{
    Field<SystemRequirements>{"platform", &SystemRequirements::platform},
    Field<SystemRequirements>{"arch", &SystemRequirements::arch},
    Field<SystemRequirements>{"min_os_version", &SystemRequirements::minOsVersion}};

} // namespace baton::protocol
