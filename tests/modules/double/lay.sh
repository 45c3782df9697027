#!/usr/bin/env bash
# Lays a double into a mirror: lay.sh <mirror> <name> <version>. The mirror holds the provider just built already.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
case ${CARGO_TARGET_DIR:-target} in /*) target=${CARGO_TARGET_DIR} ;; *) target=$here/../../../${CARGO_TARGET_DIR:-target} ;; esac
host=$(dirname "$(find "$1" -maxdepth 2 -type d -name zt-edge)")
place=$host/hashicorp/$2/$3/$(make -s -C "$here/../../.." platform)
mkdir -p "$place"
printf '#!/bin/sh\nexec "%s" "%s" "%s"\n' "$target/venv-protocol/bin/python" "$here/provider.py" "$2" > "$place/terraform-provider-$2_v$3"
chmod +x "$place/terraform-provider-$2_v$3"
