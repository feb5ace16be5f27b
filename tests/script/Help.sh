#!/usr/bin/env bash
# Each script says what it is for when it is asked, and does nothing then; what it does not know it refuses before it builds.
set -euo pipefail
top=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

complain() {
    printf '%s\n  said: %s\n' "$1" "$said"
    failures=$((failures + 1))
}

# What would build or install leaves a trace instead.
for command in cmake ctest apt-get dpkg-query sudo; do
    # shellcheck disable=SC2016 # the dollars are the command's
    printf '#!/bin/sh\necho "$0 $*" >>"%s"\nexit 1\n' "$scratch/called" >"$scratch/$command"
    chmod +x "$scratch/$command"
done

for script in bench bootstrap demo format fuzz interop lint test; do
    code=0
    said=$(PATH="$scratch:$PATH" "$top/script/$script" --help 2>&1) || code=$?
    [ "$code" -eq 0 ] || complain "script/$script --help ends with $code"
    [[ $said == [A-Z]* && $said != *"lib.sh"* ]] || complain "script/$script --help does not say what it is for"
done

for words in "demo --slowly" "lint everything" "bench nonsense" "test --shrt" "format --chekc"; do
    code=0
    # shellcheck disable=SC2086 # several words are meant
    said=$(PATH="$scratch:$PATH" "$top/script/"$words 2>&1) || code=$?
    [ "$code" -ne 0 ] || complain "script/$words is not refused"
    [[ $said == *"${words#* }"* ]] || complain "script/$words is refused without a word of it"
done

said=$(cat "$scratch/called" 2>/dev/null || true)
[ -z "$said" ] || complain "something was called:"
[ "$failures" -eq 0 ]
