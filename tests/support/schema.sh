#!/usr/bin/env bash
# Prints the provider's schema as the real CLI sees it: `terraform providers schema -json`.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TF_CLI_CONFIG_FILE=$(${CARGO_TARGET_DIR:-target}/debug/mirror "$work/mirror")
export TF_CLI_CONFIG_FILE TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1
cp examples/provider/provider.tf "$work/"
terraform=$PWD/tests/support/terraform.sh
"$terraform" -chdir="$work" init -no-color -input=false >&2
"$terraform" -chdir="$work" providers schema -json
