#!/usr/bin/env bash
# script/bootstrap installs what is lacking and nothing else, on a machine played by four small commands.
set -euo pipefail
top=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

# play NAME: stdin becomes an executable that stands before the machine's own.
mkdir "$scratch/bin"
play() {
    { echo '#!/bin/sh'; cat; } >"$scratch/bin/$1"
    chmod +x "$scratch/bin/$1"
}
# The last argument is the package that is asked for. ($0 and the others are for these commands, not for us.)
# shellcheck disable=SC2016
{
    play dpkg-query <<<'for package; do :; done; case " $LACKING " in *" $package "*) exit 1 ;; *) printf installed ;; esac'
    play apt-get <<<'echo "apt-get $*" >>"$CALLS"; [ "$1" != install ] || [ -z "$OFFLINE" ] || { echo "E: no way there"; exit 100; }'
    play id <<<'echo "$USER_ID"'
    play sudo <<<'echo sudo >>"$CALLS"; exec "$@"'
}

# bootstrap SETTINGS… -- SETS…: runs it; what it said is in $said, what it called in $calls, its exit code in $code.
bootstrap() {
    local settings=(LACKING= OFFLINE= USER_ID=0 CALLS="$scratch/calls" PATH="$scratch/bin:$PATH")
    while [ "$1" != -- ]; do
        settings+=("$1")
        shift
    done
    shift
    : >"$scratch/calls"
    code=0
    said=$(env "${settings[@]}" "$top/script/bootstrap" "$@" 2>&1) || code=$?
    calls=$(<"$scratch/calls")
}

# expect WHAT CONDITION…: the condition must hold.
expect() {
    local what=$1
    shift
    "$@" && return
    printf '%s\n  said: %s\n  called: %s\n  exit code: %s\n' "$what" "$said" "$calls" "$code"
    failures=$((failures + 1))
}
has() { [[ $1 == *"$2"* ]]; }
lacks() { ! has "$@"; }

bootstrap --
expect "nothing is missing: nothing is said and called" [ "$code:$said:$calls" = "0::" ]

bootstrap LACKING="zstd clang-tidy" --
expect "it installs what the tests lack" has "$calls" "zstd"
expect "and nothing of another set" lacks "$calls" "clang-tidy"
expect "and nothing that is there" lacks "$calls" "cmake"
expect "the lists are fetched first" has "$calls" "apt-get update"
expect "and says what it does" has "$said" "installing from Debian's packages: zstd"

bootstrap LACKING="gunicorn zstd" -- demo
expect "the demonstration needs no programs of the tests" [ "$code:$said:$calls" = "0::" ]

bootstrap LACKING=zstd USER_ID=1000 --
expect "whoever is not root uses sudo" has "$calls" "sudo"

mv "$scratch/bin/sudo" "$scratch/sudo"
if ! PATH="$scratch/bin:/usr/bin:/bin" type sudo >/dev/null 2>&1; then
    bootstrap LACKING=zstd USER_ID=1000 PATH="$scratch/bin:/usr/bin:/bin" --
    expect "neither root nor sudo: it says what to run" has "$said" "as root, run: apt-get install zstd"
    expect "and calls nothing" [ "$code:$calls" = "1:" ]
fi

bootstrap LACKING=zstd OFFLINE=yes --
expect "without a network it fails" [ "$code" -eq 1 ]
expect "with apt's own reason" has "$said" "E: no way there"
expect "and a hint" has "$said" "is there a network"

bootstrap -- nonsense
expect "an unknown set is refused" has "$said" "there is no set 'nonsense'"
expect "as an error" [ "$code:$calls" = "1:" ]

[ "$failures" -eq 0 ]
