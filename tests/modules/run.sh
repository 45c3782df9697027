#!/usr/bin/env bash
# Every module, example and configuration in a document: terraform validate, and terraform test where there are tests, with the provider just built.
set -uo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TF_CLI_CONFIG_FILE=$(${CARGO_TARGET_DIR:-target}/debug/mirror "$work/mirror") || exit 1
bash tests/modules/aws.sh "$work/mirror/mirror" || exit 1
export TF_CLI_CONFIG_FILE TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1
# Each provider is unpacked once; no lock file is kept here that this could break.
mkdir "$work/plugins"
export TF_PLUGIN_CACHE_DIR=$work/plugins TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE=1
# No call reaches AWS in this lane, and only the applied examples reach the local cloud; these keep the provider from looking for credentials.
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_REGION=us-east-1
terraform=$PWD/tests/support/terraform.sh

# A copy, so that no lock file or .terraform folder appears in the tree.
cp -r modules examples "$work/"
passed=0
failed=0
check() { # what, command...
  local what=$1
  shift
  if "$@" > "$work/log" 2>&1; then
    passed=$((passed + 1))
    grep -E '^(Success! |  apply .*|applied examples: )?[0-9]+ passed' "$work/log" | sed "s|^|  $what: |" || true
  else
    failed=$((failed + 1))
    echo "FAILED $what"
    cat "$work/log"
  fi
}

# Examples of registry pages name no provider; here each gets the provider's own example.
for folder in "$work"/examples/{resources,ephemeral-resources,data-sources,functions}/*/; do
  cp examples/provider/provider.tf "$folder"
done

# What asks for a newer hashicorp/aws than can be had here is validated where its own tests bring one.
newer_aws() {
  grep -hs -A1 '"hashicorp/aws"' "$work/$1"/*.tf | grep -Eq 'version *= *">= *([4-9]|[1-9][0-9])[.,"]'
}

while read -r folder; do
  if newer_aws "$folder"; then
    echo "  not here: $folder asks for a newer hashicorp/aws than 3.39"
    continue
  fi
  check "init $folder" "$terraform" -chdir="$work/$folder" init -no-color -input=false
  # A module that is given its providers cannot be validated alone; its tests validate it.
  grep -qs configuration_aliases "$work/$folder"/*.tf || check "validate $folder" "$terraform" -chdir="$work/$folder" validate -no-color
  if [ -d "$folder/tests" ]; then
    check "test $folder" "$terraform" -chdir="$work/$folder" test -no-color
  fi
done < <(git ls-files --cached --others --exclude-standard 'modules/**.tf' 'examples/**.tf' | xargs -n1 dirname | grep -v '/tests' | sort -u)
while read -r folder; do
  check "init $folder" "$terraform" -chdir="$work/$folder" init -no-color -input=false
  check "validate $folder" "$terraform" -chdir="$work/$folder" validate -no-color
done < <(node tests/modules/documents.mjs "$work")
cp -r tests/modules/site "$work/examples/"
check "apply examples" "${CARGO_TARGET_DIR:-target}/venv-local-cloud/bin/python" tests/modules/apply.py "$work"
bash tests/support/schema.sh 2> "$work/log" | node tests/modules/generate.mjs --check || failed=$((failed + 1))
echo "modules: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
