#include "client/supervise/StateTable.h"

namespace baton::supervise {
namespace {

constexpr std::array<std::string_view, 11> PhaseNames{"empty",     "starting",        "starting",       "serving",
                                                      "starting",  "probationBeside", "probationAlone", "switching",
                                                      "switching", "rollingBack",     "stopping"};

constexpr std::array<std::string_view, 8> EventNames{"offerBeside",  "offerRestart", "ready",  "candidateEnded",
                                                     "servingEnded", "deadline",     "gaveUp", "stop"};

} // namespace

std::string_view publicName(Phase phase) { return PhaseNames.at(static_cast<std::size_t>(phase)); }

std::string_view name(Event event) { return EventNames.at(static_cast<std::size_t>(event)); }

} // namespace baton::supervise
