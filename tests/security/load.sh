#!/usr/bin/env bash
# 100,000 revoked sessions in one store and as many by file, and crowds of writers; the last line has the counts.
set -uo pipefail
cd "$(dirname "$0")/../.."
tests='package(zt-acceptance-tests) and test(/^load::|^crowd_|^by_file::thousands/)'
output=$(ZT_LOAD_SESSIONS=100000 cargo nextest run --workspace --no-fail-fast --success-output final -E "$tests" 2>&1)
status=$?
printf '%s\n' "$output"
count() { grep -oE "[0-9]+ $1" <<<"$(grep -E '^ +Summary ' <<<"$output" | tail -n 1)" | grep -oE '^[0-9]+' || echo 0; }
failed=$(( $(count failed) + $(count 'timed out') ))
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
echo "load: $(count passed) passed, $failed failed, 0 skipped"
exit "$status"
