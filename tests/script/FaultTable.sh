#!/usr/bin/env bash
# Each row of tests/system/faults.txt names tests, and each of them is there.
set -euo pipefail
top=$1
table=$top/tests/system/faults.txt
wrong=0
complain() {
    echo "tests/system/faults.txt: $*"
    wrong=1
}

# suite.name of every test in the tree
tests=$(grep -rhoE '^TEST(_F|_P)?\([A-Za-z0-9]+, *[A-Za-z0-9]+' "$top/tests" --include='*.cpp' |
    sed -E 's/^TEST(_F|_P)?\(//; s/, */./')
declare -A rows
while IFS='|' read -r what names; do
    [[ $what == '#'* || -z $what ]] && continue
    number=${what%% *}
    [ -z "${rows[$number]:-}" ] || complain "row $number is there twice"
    rows[$number]=1
    [ -n "${names// /}" ] || complain "row $number names no test"
    for name in $names; do
        if [[ $name == *'.*' ]]; then # all of a suite
            grep -qF "${name%\*}" <<<"$tests" || complain "row $number: there is no suite ${name%.*}"
        else
            grep -qxF "$name" <<<"$tests" || complain "row $number: there is no test $name"
        fi
    done
done <"$table"
for number in {1..32}; do
    [ -n "${rows[$number]:-}" ] || complain "row $number is missing"
done
[ "${#rows[@]}" -eq 32 ] || complain "there are ${#rows[@]} rows instead of 32"
[ $wrong -eq 0 ] && echo "32 faults, each with its tests"
exit $wrong
