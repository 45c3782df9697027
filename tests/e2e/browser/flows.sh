#!/usr/bin/env bash
# Headless Chromium through every flow of two applications: one behind a provider dressed as Entra ID, one behind Cognito's hosted UI.
set -euo pipefail
cd "$(dirname "$0")/../../.."

exec "${CARGO_TARGET_DIR:-target}/debug/flows" target/flows
