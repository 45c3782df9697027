#!/usr/bin/env bash
# Installs the locked packages of each folder given, unless they are there already and the lock is unchanged.
set -euo pipefail
cd "$(dirname "$0")/../.."

for folder in "$@"; do
  [ -f "$folder/package-lock.json" ] || continue
  stamp="$folder/node_modules/.lock-sha256"
  lock=$(sha256sum "$folder/package-lock.json" | cut -d' ' -f1)
  if [ "$(cat "$stamp" 2>/dev/null || true)" != "$lock" ]; then
    (cd "$folder" && npm ci --no-audit --no-fund --silent --ignore-scripts=false)
    echo "$lock" > "$stamp"
  fi
done
