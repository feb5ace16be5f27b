#!/usr/bin/env bash
# script/count-tests.awk never counts as passed what did not pass.
set -euo pipefail
counter=$1/script/count-tests.awk
failures=0

# expect WHAT LINES: the report on stdin must be counted as LINES.
expect() {
    local counted
    counted=$(awk -f "$counter")
    [ "$counted" = "$2" ] && return
    printf '%s: counted as\n%s\nand not as\n%s\n' "$1" "$counted" "$2"
    failures=$((failures + 1))
}

# testcase NAME STATUS [SKIPPED-MESSAGE]: one entry of a report as ctest writes it; its output is stdin.
testcase() {
    printf '\t<testcase name="%s" classname="x" time="0.1" status="%s">\n' "$1" "$2"
    [ -z "${3:-}" ] || printf '\t\t<skipped message="%s"/>\n' "$3"
    printf '\t\t<system-out>%s</system-out>\n\t</testcase>\n' "$(cat)"
}

expect "an empty report" $'no test ran\n0 passed, 0 failed' </dev/null

{
    testcase one run <<<"NOT RUN is what it prints, and passes"
    testcase two run </dev/null
    testcase three fail </dev/null
} | expect "what ran" $'FAILED: three\n2 passed, 1 failed'

testcase a.sh notrun "SKIP_RETURN_CODE=77" <<<"NOT RUN: no &lt;tmpfs&gt; &amp; no room" |
    expect "a script that cannot run" $'NOT RUN: a.sh: no <tmpfs> & no room\n0 passed, 0 failed, 1 skipped'

testcase A.B notrun SKIP_REGULAR_EXPRESSION_MATCHED <<<$'[ RUN      ] A.B\nx.cpp:5: Skipped\nNOT RUN: needs root\n[  SKIPPED ] A.B' |
    expect "a test that cannot run" $'NOT RUN: A.B: needs root\n0 passed, 0 failed, 1 skipped'

testcase A.B notrun SKIP_REGULAR_EXPRESSION_MATCHED <<<$'[ RUN      ] A.B\nNOT RUN: needs root\n[  FAILED  ] A.B' |
    expect "a test that says so and fails" $'FAILED: A.B: said NOT RUN, and failed\n0 passed, 1 failed'

testcase A.B notrun SKIP_REGULAR_EXPRESSION_MATCHED <<<$'[ RUN      ] A.B\nNOT RUN: needs root' |
    expect "a test that says so and dies" $'FAILED: A.B: said NOT RUN, and failed\n0 passed, 1 failed'

testcase gone notrun "Unable to find executable" <<<"Unable to find executable: gone" |
    expect "a test that was not built" $'FAILED: gone: could not be started\n0 passed, 1 failed'

again=$(mktemp)
trap 'rm -f "$again"' EXIT
{ testcase slow run </dev/null; testcase bad fail </dev/null; } >"$again"
counted=$({ testcase slow fail </dev/null; testcase bad fail </dev/null; testcase good run </dev/null; } |
    awk -v again="$again" -f "$counter")
[ "$counted" = $'AGAIN: slow: failed beside others, and passed alone\nFAILED: bad\n2 passed, 1 failed' ] || {
    printf 'what was run again: counted as\n%s\n' "$counted"
    failures=$((failures + 1))
}

[ "$failures" -eq 0 ]
