#include "client/supervise/StateTable.h"

namespace baton::supervise {
namespace {

constexpr std::array<std::string_view, 13> PhaseNames{
    "empty",     "starting",  "starting",    "serving",     "starting", "probationBeside", "probationAlone",
    "switching", "switching", "rollingBack", "rollingBack", "starting", "stopping"};

constexpr std::array<std::string_view, 14> EventNames{"offerBeside",
                                                      "offerRestart",
                                                      "ready",
                                                      "candidateEnded",
                                                      "candidateEndedBesideStandBy",
                                                      "withdrawn",
                                                      "withdrawnBesideStandBy",
                                                      "resumed",
                                                      "servingEnded",
                                                      "servingFailed",
                                                      "crashLoop",
                                                      "deadline",
                                                      "gaveUp",
                                                      "stop"};

} // namespace

std::string_view publicName(Phase phase) { return PhaseNames.at(static_cast<std::size_t>(phase)); }

std::string_view name(Event event) { return EventNames.at(static_cast<std::size_t>(event)); }

} // namespace baton::supervise
