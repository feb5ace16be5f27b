# shellcheck shell=bash
# What the scripts share: where the tree is, how a step is announced, how an error is said.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top"

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# build PRESET [TARGET…]: configures when needed, then builds.
build() {
    local preset=$1
    shift
    export CCACHE_BASEDIR=$top CCACHE_NOHASHDIR=1
    [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >"build-$preset.log" 2>&1 ||
        { cat "build-$preset.log" >&2; rm -f "build-$preset.log"; die "cmake could not configure the preset $preset"; }
    rm -f "build-$preset.log"
    ninja -C "build/$preset" -j2 "$@"
}

# runTests PRESET [ctest options…]: runs them, tells NOT RUN apart, and ends with one line "N passed, N failed, N skipped".
runTests() {
    local preset=$1 log
    shift
    log=build/$preset/test.log
    ctest --test-dir "build/$preset" --output-on-failure -j2 --no-tests=error "$@" 2>&1 | tee "$log" || true
    local passed failed skipped
    passed=$(grep -cE 'Test +#[0-9]+:.* Passed ' "$log" || true)
    skipped=$(grep -cE 'Test +#[0-9]+:.*\*\*\*Skipped' "$log" || true)
    failed=$(grep -cE 'Test +#[0-9]+:.*\*\*\*(Failed|Timeout|Exception|Not Run)' "$log" || true)
    grep -E 'NOT RUN' "build/$preset/Testing/Temporary/LastTest.log" 2>/dev/null | sort -u || true
    say "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
