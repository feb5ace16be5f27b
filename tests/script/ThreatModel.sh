#!/usr/bin/env bash
# Each row of the table of attacks in docs/threat-model.md names tests, and each of them is there.
set -euo pipefail
top=$1
page=$top/docs/threat-model.md
complaints=0
complain() {
    echo "docs/threat-model.md: $*"
    complaints=$((complaints + 1))
}
# "SUITE NAME" of every test in the tree.
all=$(grep -rhoE 'TEST(_F|_P)?\(\w+, *\w+' "$top/tests" --include='*.cpp' | sed -E 's/.*\(//; s/, */ /' | sort -u)

rows=0
while IFS='|' read -r _ attack _ tests _; do
    rows=$((rows + 1))
    # shellcheck disable=SC2016 # The page's own backquotes.
    names=$(grep -oE '`[^`]+`' <<<"$tests" | tr -d '`' || true)
    [ -n "$names" ] || complain "no test is named for:$attack"
    for name in $names; do
        suite=${name%%.*} test=${name#*.}
        [ "$test" != '*' ] || test='\w+'
        grep -qE "^$suite $test\$" <<<"$all" || complain "there is no test $name"
    done
done < <(sed -n '/^## Attacks on updates/,/^## What does not/p' "$page" | grep '^|' | tail -n +3)
[ "$rows" -ge 15 ] || complain "the table of attacks is gone: $rows rows"
[ "$complaints" = 0 ] || exit 1
echo "$rows attacks, each with its tests"
