#!/usr/bin/env bash
# The quickstart in headless Chromium: login, member page, revocation by terraform apply, refusal, fresh login.
set -euo pipefail
cd "$(dirname "$0")/../../.."

exec "${CARGO_TARGET_DIR:-target}/debug/browser"
