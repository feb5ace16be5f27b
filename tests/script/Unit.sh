#!/usr/bin/env bash
# The unit that docs/examples shows: systemd understands it, and finds little to complain of.
set -euo pipefail
top=$1
if ! command -v systemd-analyze >/dev/null; then
    echo "NOT RUN: there is no systemd-analyze"
    exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# What it starts need not be installed here, nor its user be known.
sed -e 's|^ExecStart=/usr/local/bin/baton |ExecStart=/bin/true |' -e 's|^User=web|User=daemon|' \
    "$top/docs/examples/systemd/web.service" >"$dir/web.service"

if ! systemd-analyze verify --man=no --recursive-errors=no "$dir/web.service" >"$dir/verify" 2>&1 || [ -s "$dir/verify" ]; then
    cat "$dir/verify"
    exit 1
fi
# Its exposure, from 0 to 10; 30 stands for 3.0.
systemd-analyze security --offline=yes --threshold=30 --no-pager "$dir/web.service" >"$dir/security" 2>&1 || {
    cat "$dir/security"
    exit 1
}
tail -n 1 "$dir/security"

page=$(<"$top/docs/operating.md")
[[ $page == *"examples/systemd/web.service"* ]] || {
    echo "docs/operating.md does not speak of docs/examples/systemd/web.service"
    exit 1
}
