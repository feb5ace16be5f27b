// The format by which this Baton hands itself over. Alone in its file, so that a test can link that of the Baton
// before. SPDX-License-Identifier: Apache-2.0
#include "client/supervise/Snapshot.h"

namespace baton::supervise {

std::string print(const Snapshot& snapshot) { return printAs(Snapshot::Format, snapshot); }

Snapshot parseSnapshot(const std::string& text) { return parseSnapshotAs(Snapshot::Format, text); }

} // namespace baton::supervise
