# shellcheck shell=bash
# What the scripts share: where the tree is, how a build is made, how tests are run and counted, how an error is said.
set -euo pipefail
# --help is what stands at a script's beginning; nothing is built or installed for it.
case ${1:-} in
--help | -h)
    sed -n '2,${/^#/!q; s/^# \{0,1\}//p}' "$0"
    exit 0
    ;;
esac
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top"

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# buildDir PRESET: where it is built; a compiler of the user's choice (CXX) has a directory of its own.
buildDir() { printf 'build/%s%s\n' "$1" "${CXX:+-${CXX##*/}}"; }

# build PRESET [TARGET…]: configures when needed, then builds. CXX and CC are honoured.
build() {
    local preset=$1 dir log
    shift
    dir=$(buildDir "$preset")
    log=$dir/configure.log
    mkdir -p "$dir"
    export CCACHE_BASEDIR=$top CCACHE_NOHASHDIR=1
    if [ ! -f "$dir/build.ninja" ]; then
        cmake --preset "$preset" -B "$dir" >"$log" 2>&1 </dev/null ||
            { cat "$log" >&2; die "cmake could not configure the preset $preset in $dir"; }
    fi
    local quiet=()
    [ -t 1 ] || quiet=(-- --quiet) # Without a terminal each of ninja's steps would stay a line.
    [ -t 1 ] || say "building $dir"
    cmake --build "$dir" ${1:+--target "$@"} "${quiet[@]}" </dev/null || die "the build in $dir failed"
}

# Sanitizers that find something end the test; ThreadSanitizer of GCC 12 knows no more than 28 random bits of an address.
sanitizerOptions() {
    export ASAN_OPTIONS=${ASAN_OPTIONS:-strict_string_checks=1:detect_stack_use_after_return=1}
    export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
    export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1}
}
withoutRandomAddresses() {
    if [ "$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 28)" -gt 28 ]; then setarch -R "$@"; else "$@"; fi
}

# runAlone MOST LOG REPORT CTEST…: a sanitizer makes a program several times slower, and its test's neighbour slower still; a
# machine of CI's may be slow by itself. What failed that way, without a word of a sanitizer, and in no more than MOST tests, is run
# once more with nothing beside it; the count names each that passes then.
runAlone() {
    local most=$1 log=$2 report=$3 failed
    shift 3
    failed=$(grep -cE '\*\*\*(Failed|Timeout|Exception)' "$log" || true)
    [ "$failed" -gt 0 ] && [ "$failed" -le "$most" ] || return 0
    ! grep -qE 'ERROR: [A-Za-z]+Sanitizer|WARNING: ThreadSanitizer|runtime error:' "$log" || return 0
    say "$failed failed beside others; once more, alone"
    "$@" --rerun-failed --output-on-failure -j1 --output-junit "$report" </dev/null 2>&1 | tee -a "$log" || true
}

# runTests PRESET [ctest options…]: runs them, lists each that did NOT RUN with its reason, and ends with the line
# "N passed, N failed[, N skipped]", which also lies in the build directory's test-count. Fails unless all is well.
runTests() {
    local preset=$1 dir report log
    shift
    dir=$top/$(buildDir "$preset")
    report=$dir/test-report.xml
    log=$dir/test.log
    rm -f "$report" "$dir/test-count"
    sanitizerOptions
    local run=(ctest)
    [ "$preset" != tsan ] || run=(withoutRandomAddresses ctest)
    "${run[@]}" --test-dir "$dir" --output-on-failure -j"$(nproc)" --output-junit "$report" "$@" </dev/null 2>&1 |
        tee "$log" | grep --line-buffered -vE '^ +Start +[0-9]+:|^Internal ctest' || true
    [ -f "$report" ] || die "ctest left no report in $report; what it said is in $log"
    rm -f "$dir/test-again.xml"
    local most=0
    [ -z "${CI:-}" ] || most=3
    case $preset in asan | tsan) most=10 ;; esac
    runAlone $most "$log" "$dir/test-again.xml" "${run[@]}" --test-dir "$dir"
    awk -v again="$dir/test-again.xml" -f script/count-tests.awk "$report" | tee "$dir/test-report.txt"
    tail -n 1 "$dir/test-report.txt" >"$dir/test-count"
    grep -qE '^[1-9][0-9]* passed, 0 failed' "$dir/test-count"
}
