#include "client/agent/ScheduleFile.h"

#include "client/core/Text.h"
#include "client/os/Files.h"

#include <exception>

namespace baton::agent {
namespace {

std::filesystem::path fileOf(const store::Store& store) { return store.downloads() / "schedule.json"; }

} // namespace

schedule::Memory loadSchedule(const store::Store& store, Log& log)
try {
    const auto text = os::readWhole(fileOf(store));
    return text ? schedule::parseMemory(*text) : schedule::Memory();
} catch (const std::exception& e) {
    log.warning(std::string("the backoff of earlier failures is forgotten: ") + escaped(e.what()));
    return {};
}

void saveSchedule(const store::Store& store, const schedule::Memory& memory, Log& log)
try {
    os::writeDurably(fileOf(store), print(memory));
} catch (const std::exception& e) {
    log.warning(std::string("the schedule would not outlive a restart: ") + escaped(e.what()));
}

} // namespace baton::agent
