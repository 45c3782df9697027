#!/usr/bin/env bash
# `make local` with headless Chromium as its user: login, member page, revocation by terraform apply, refusal, Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/../../.."

exec node tests/e2e/browser/run.mjs "${CARGO_TARGET_DIR:-target}/debug/local" target/browser
