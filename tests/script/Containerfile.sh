#!/usr/bin/env bash
# The Containerfile that docs/examples shows installs every library that baton and what it starts are linked with.
set -euo pipefail
top=$1
shift
if ! command -v dpkg-query >/dev/null; then
    echo "NOT RUN: there is no dpkg"
    exit 77
fi

# What a package brings along, itself included, as far as it is installed here.
declare -A brought=()
bring() {
    local package=${1%%:*} next
    [ -z "${brought[$package]:-}" ] || return 0
    brought[$package]=yes
    while read -r next; do
        [ -z "$next" ] || bring "$next"
    done < <(dpkg-query -W -f '${Depends}, ${Pre-Depends}\n' "$package" 2>/dev/null | sed 's/[,|]/\n/g' | awk '{ print $1 }')
}

named=$(sed -e ':join' -e '/\\$/ { N; s/\\\n//; b join' -e '}' "$top/docs/examples/container/Containerfile" |
    sed -n 's/.*--no-install-recommends \([^&]*\) &&.*/\1/p')
[ -n "$named" ] || { echo "docs/examples/container/Containerfile installs nothing"; exit 1; }
for package in $named libc6 libstdc++6; do bring "$package"; done # The last two are in every Debian that has apt.

missing=0
while read -r library; do
    case $library in */libasan* | */libubsan* | */libtsan*) continue ;; esac # Of a build for tests, never of a user's.
    # The system's own stand below /lib for dpkg, which is /usr/lib by now.
    owner=$(dpkg-query -S "$library" "${library#/usr}" 2>/dev/null | head -n 1 | cut -d: -f1 || true)
    if [ -z "$owner" ]; then
        echo "NOT RUN: $library is of no package here"
        exit 77
    fi
    [ -n "${brought[$owner]:-}" ] || { echo "the Containerfile lacks $owner, which has $library"; missing=1; }
done < <(ldd "$@" | awk '$3 ~ /^\// { print $3 }' | sort -u | xargs readlink -f)
exit "$missing"
