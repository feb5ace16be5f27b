#!/usr/bin/env bash
# What `cmake --install` puts down is found, included and linked by a project that knows nothing else of this tree.
set -euo pipefail
build=$1
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cmake --install "$build" --prefix "$scratch/prefix" >"$scratch/install.log" || { cat "$scratch/install.log"; exit 1; }
cmake -S "$here/stranger" -B "$scratch/build" -G Ninja -DCMAKE_PREFIX_PATH="$scratch/prefix" >"$scratch/cmake.log" ||
    { cat "$scratch/cmake.log"; exit 1; }
cmake --build "$scratch/build"
env -u NOTIFY_SOCKET "$scratch/build/stranger" | grep -qx 'nobody asked'
