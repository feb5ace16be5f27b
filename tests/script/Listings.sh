#!/usr/bin/env bash
# A program that a page shows whole is the one that is built: docs/programs.md holds Minimal.cpp, word by word.
set -euo pipefail
top=$1
page=$(<"$top/docs/programs.md")
program=$(sed 's/^./    &/' "$top/docs/examples/minimal/Minimal.cpp")
if [[ $page != *"$program"* ]]; then
    echo "docs/programs.md shows another program than docs/examples/minimal/Minimal.cpp; copy it there, indented by four"
    exit 1
fi
