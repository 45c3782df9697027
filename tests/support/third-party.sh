#!/usr/bin/env bash
# The gateway to AWS against a third party's AWS alone: ministack, with nothing of ours in between.
set -euo pipefail
cd "$(dirname "$0")/../.."

state=$(mktemp -d)
target/debug/local-cloud up --state "$state" > "$state/out" 2>&1 &
cloud=$!
trap 'kill "$cloud" 2>/dev/null || true; wait "$cloud" 2>/dev/null || true; rm -rf "$state"' EXIT
until grep -q '^ready' "$state/out"; do
  kill -0 "$cloud" 2>/dev/null || { cat "$state/out" >&2; exit 1; }
  sleep 0.2
done
ZT_TEST_AWS_ENDPOINT=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["aws"]["plain_endpoint"])' "$state/endpoints.json")
export ZT_TEST_AWS_ENDPOINT
cargo nextest run --workspace -E 'binary(third_party)' 2>&1
