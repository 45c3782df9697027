#!/usr/bin/env bash
# Runs Node's own test runner over a folder and closes with the one line of counts that lanes read.
# A file that hangs fails after five minutes, instead of holding up everything behind it.
set -uo pipefail
cd "$(dirname "$0")/../.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
find "$1" -name node_modules -prune -o -name '*.test.mjs' -print0 | sort -z | xargs -0 node --test --test-timeout=300000 --test-reporter=spec 2>&1 | tee "$log"
status=${PIPESTATUS[2]}
number() { sed -nE "s/^[^ ]* ?$1 ([0-9]+)$/\1/p" "$log" | tail -n 1; }
echo "node: $(number pass) passed, $(number fail) failed, $(number skipped) skipped"
exit "$status"
