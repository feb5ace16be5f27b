// A directory as a child sees it that is to change nothing there: read-only, but for one below it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace baton::os {

/// Prepared before a fork, taken on after it by system calls alone. Only who may mount can have it; for all others
/// nothing changes. Against mistakes: root in the child could undo it.  [mount_namespaces(7)]
class ReadOnlyView {
public:
    /// `scratch` lies in `directory`; no view is made of an empty name.
    ReadOnlyView(std::string directory, std::string scratch);

    /// For this process and all that it starts.  @returns whether it could be had
    bool takeOn() const;

private:
    std::string directory_;
    std::string scratch_;
    unsigned long kept_ = 0; // of the directory's mount
};

} // namespace baton::os
