// The attributes of a request's elements, in the order in which they are written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Fields.h"
#include "protocol/Request.h"

#include <array>

namespace baton::protocol {

// A flag that some write as -1, which is "not known".
template <typename Owner>
constexpr Field<Owner> threeWay(const char* name, std::optional<bool> Owner::*member)
{
    return {name, member, Unreadable::NotSaid, 0, 0, FlagForm::Digit};
}

inline constexpr std::array OsFields{Field<Os>{"platform", &Os::platform}, Field<Os>{"version", &Os::version},
                                     Field<Os>{"sp", &Os::sp}, Field<Os>{"arch", &Os::arch}};

inline constexpr std::array HwFields{Field<Hw>{"physmemory", &Hw::physmemory, Unreadable::NotSaid, 0},
                                     threeWay<Hw>("sse", &Hw::sse),
                                     threeWay<Hw>("sse2", &Hw::sse2),
                                     threeWay<Hw>("sse3", &Hw::sse3),
                                     threeWay<Hw>("ssse3", &Hw::ssse3),
                                     threeWay<Hw>("sse41", &Hw::sse41),
                                     threeWay<Hw>("sse42", &Hw::sse42),
                                     threeWay<Hw>("avx", &Hw::avx)};

inline constexpr std::array UpdaterFields{
    Field<Updater>{"name", &Updater::name},
    Field<Updater>{"version", &Updater::version},
    threeWay<Updater>("ismachine", &Updater::ismachine),
    threeWay<Updater>("autoupdatecheckenabled", &Updater::autoupdatecheckenabled),
    Field<Updater>{"updatepolicy", &Updater::updatepolicy},
    Field<Updater>{"lastchecked", &Updater::lastchecked},
    Field<Updater>{"laststarted", &Updater::laststarted},
    Field<Updater>{"lastupdatecheckerrorcat", &Updater::lastupdatecheckerrorcat},
    Field<Updater>{"lastupdatecheckerrorcode", &Updater::lastupdatecheckerrorcode},
    Field<Updater>{"lastupdatecheckextracode1", &Updater::lastupdatecheckextracode1}};

inline constexpr std::array PingFields{
    Field<Ping>{"active", &Ping::active}, Field<Ping>{"a", &Ping::a},
    Field<Ping>{"r", &Ping::r},           Field<Ping>{"ad", &Ping::ad},
    Field<Ping>{"rd", &Ping::rd},         Field<Ping>{"ping_freshness", &Ping::pingFreshness}};

inline constexpr std::array UpdateCheckRequestFields{
    Field<UpdateCheckRequest>{"targetversionprefix", &UpdateCheckRequest::targetversionprefix},
    Field<UpdateCheckRequest>{"updatedisabled", &UpdateCheckRequest::updatedisabled},
    Field<UpdateCheckRequest>{"sameversionupdate", &UpdateCheckRequest::sameversionupdate},
    Field<UpdateCheckRequest>{"rollback_allowed", &UpdateCheckRequest::rollbackAllowed},
    Field<UpdateCheckRequest>{"tttoken", &UpdateCheckRequest::tttoken},
    Field<UpdateCheckRequest>{"release_channel", &UpdateCheckRequest::releaseChannel}};

/// Without eventtype, which must be there.
inline constexpr std::array EventFields{
    Field<Event>{"eventresult", &Event::eventresult, Unreadable::Refused, 0, Int32Most},
    Field<Event>{"errorcat", &Event::errorcat},
    Field<Event>{"errorcode", &Event::errorcode},
    Field<Event>{"extracode1", &Event::extracode1},
    Field<Event>{"previousversion", &Event::previousversion},
    Field<Event>{"nextversion", &Event::nextversion},
    Field<Event>{"previousfp", &Event::previousfp},
    Field<Event>{"nextfp", &Event::nextfp},
    Field<Event>{"url", &Event::url},
    Field<Event>{"downloader", &Event::downloader},
    also(Field<Event>{"downloaded", &Event::downloaded}, "downloaded_bytes"),
    also(Field<Event>{"total", &Event::total}, "expected_bytes"),
    Field<Event>{"download_time_ms", &Event::downloadTimeMs},
    Field<Event>{"install_time_ms", &Event::installTimeMs},
    Field<Event>{"update_check_time_ms", &Event::updateCheckTimeMs},
    Field<Event>{"time_since_update_available_ms", &Event::timeSinceUpdateAvailableMs},
    Field<Event>{"time_since_download_start_ms", &Event::timeSinceDownloadStartMs},
    Field<Event>{"source_url_index", &Event::sourceUrlIndex},
    Field<Event>{"state_cancelled", &Event::stateCancelled},
    Field<Event>{"diffresult", &Event::diffresult},
    Field<Event>{"differrorcat", &Event::differrorcat},
    Field<Event>{"differrorcode", &Event::differrorcode},
    Field<Event>{"diffextracode1", &Event::diffextracode1},
    Field<Event>{"appcommandid", &Event::appcommandid},
    Field<Event>{"actiontype", &Event::actiontype},
    Field<Event>{"pipeline_id", &Event::pipelineId},
    Field<Event>{"outcome", &Event::outcome}};

inline constexpr std::array DataRequestFields{Field<DataRequest>{"name", &DataRequest::name},
                                              Field<DataRequest>{"index", &DataRequest::index}};

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
                                             Field<AppRequest>{"lang", &AppRequest::lang},
                                             Field<AppRequest>{"brand", &AppRequest::brand},
                                             Field<AppRequest>{"client", &AppRequest::client},
                                             Field<AppRequest>{"iid", &AppRequest::iid},
                                             Field<AppRequest>{"tag", &AppRequest::tag},
                                             Field<AppRequest>{"ap", &AppRequest::ap},
                                             Field<AppRequest>{"experiments", &AppRequest::experiments},
                                             threeWay<AppRequest>("enabled", &AppRequest::enabled),
                                             Field<AppRequest>{"installage", &AppRequest::installage},
                                             Field<AppRequest>{"installdate", &AppRequest::installdate},
                                             Field<AppRequest>{"installsource", &AppRequest::installsource},
                                             Field<AppRequest>{"installedby", &AppRequest::installedby},
                                             threeWay<AppRequest>("ismachine", &AppRequest::ismachine),
                                             Field<AppRequest>{"release_channel", &AppRequest::releaseChannel},
                                             Field<AppRequest>{"cohort", &AppRequest::cohort},
                                             Field<AppRequest>{"cohorthint", &AppRequest::cohorthint},
                                             Field<AppRequest>{"cohortname", &AppRequest::cohortname}};

/// Without protocol, which must be there, and updater, whose name is another in JSON.
inline constexpr std::array RequestFields{
    Field<Request>{"version", &Request::version},
    Field<Request>{"updaterversion", &Request::updaterversion},
    Field<Request>{"updaterchannel", &Request::updaterchannel},
    Field<Request>{"prodversion", &Request::prodversion},
    Field<Request>{"prodchannel", &Request::prodchannel},
    Field<Request>{"@os", &Request::osWord},
    Field<Request>{"arch", &Request::arch},
    Field<Request>{"nacl_arch", &Request::naclArch},
    Field<Request>{"wow64", &Request::wow64, Unreadable::NotSaid, 0, 0, FlagForm::Digit},
    threeWay<Request>("domainjoined", &Request::domainjoined),
    Field<Request>{"installsource", &Request::installsource},
    threeWay<Request>("ismachine", &Request::ismachine),
    Field<Request>{"requestid", &Request::requestid},
    Field<Request>{"sessionid", &Request::sessionid},
    Field<Request>{"userid", &Request::userid},
    Field<Request>{"testsource", &Request::testsource},
    Field<Request>{"dedup", &Request::dedup},
    Field<Request>{"acceptformat", &Request::acceptformat},
    Field<Request>{"dlpref", &Request::dlpref},
    Field<Request>{"originurl", &Request::originurl},
    Field<Request>{"periodoverridesec", &Request::periodoverridesec, Unreadable::NotSaid, 0},
    Field<Request>{"shell_version", &Request::shellVersion}};

} // namespace baton::protocol
