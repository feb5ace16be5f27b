#!/usr/bin/env bash
# script/check-includes lets this tree pass and refuses every tree that breaks one rule.
set -euo pipefail
top=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

# tree: a small tree without a fault, in $scratch/tree.
tree() {
    rm -rf "$scratch/tree"
    mkdir -p "$scratch/tree"/{script,client/low,client/middle,client/high,tests}
    cd "$scratch/tree"
    printf '%s\n' '# comment' 'client/low: no-poco' 'client/middle: client/low' 'client/high: client/middle' 'tests: *' >script/rooms.txt
    printf '#include <vector>\n' >client/low/Low.h
    printf '#include "client/low/Low.h"\n#include <Poco/URI.h>\n' >client/middle/Middle.h
    printf '#include "client/high/High.h"\n#include "client/middle/Middle.h"\n#include <nlohmann/json.hpp>\n' >client/high/High.cpp
    printf '#include <nlohmann/json.hpp>\n' >client/high/Private.h
    : >client/high/High.h
    printf 'baton_room(high SOURCES High.cpp\n    HEADERS High.h)\n' >client/high/CMakeLists.txt
    printf '#include "client/high/High.h"\n#include "client/low/Low.h"\n' >tests/HighTest.cpp
}

# refuses WHAT: the tree as it stands now must be refused, with a line that holds WHAT.
refuses() {
    local said
    if said=$("$top/script/check-includes" "$scratch/tree"); then
        echo "passed, but should have been refused with: $1"
        failures=$((failures + 1))
    elif [[ $said != *"$1"* ]]; then
        printf 'refused without saying "%s", but:\n%s\n' "$1" "$said"
        failures=$((failures + 1))
    fi
}

"$top/script/check-includes" || { echo "this tree itself is refused"; failures=$((failures + 1)); }
tree
"$top/script/check-includes" "$scratch/tree" || { echo "a tree without a fault is refused"; failures=$((failures + 1)); }

tree; echo '#include "client/middle/Middle.h"' >>client/low/Low.h
refuses 'client/low/Low.h:2: client/low may not include client/middle'
tree; echo '  #  include "client/low/Low.h"' >>client/high/High.cpp # two rooms down, which the table does not name
refuses 'client/high/High.cpp:4: client/high may not include client/low'
tree; echo '#include "tests/HighTest.cpp"' >>client/middle/Middle.h
refuses 'client/middle may not include tests'
tree; echo '#include <Poco/Logger.h>' >>client/low/Low.h
refuses 'client/low/Low.h:2: client/low knows no Poco'
tree; echo 'target_link_libraries(low PRIVATE Poco::Foundation)' >client/low/CMakeLists.txt
refuses 'client/low/CMakeLists.txt: client/low links no Poco'
tree; echo 'target_link_libraries(high PRIVATE baton::middle baton::low)' >>client/high/CMakeLists.txt
refuses 'client/high/CMakeLists.txt: client/high may not link client/low'
tree; echo '#include <nlohmann/json.hpp>' >>client/high/High.h
refuses 'client/high/High.h:1: nlohmann-json is for sources alone'
tree; echo '#include "High.h"' >>client/high/High.cpp
refuses '"High.h" is not the path of a file from the root'
tree; echo '#include "client/high/../low/Low.h"' >>client/high/High.cpp
refuses 'is not the path of a file from the root'
tree; mkdir client/other; : >client/other/Other.h
refuses 'client/other/Other.h: lies in no room'
tree; sed -i 's,^client/middle:.*,& client/high,' script/rooms.txt
refuses 'client/middle reaches itself'
tree; sed -i 's,^client/high:.*,& client/gone,' script/rooms.txt
refuses 'client/high may include client/gone, which is no room'
tree; sed -i 's,^client/high:.*,& no-poco,' script/rooms.txt
refuses 'client/high knows no Poco, and may not include client/middle'

[ "$failures" -eq 0 ]
