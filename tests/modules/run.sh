#!/usr/bin/env bash
# Every module, example and configuration in a document: terraform validate, and terraform test where there are tests, with the provider just built.
#
#     bash tests/modules/run.sh [folder]...
#
# With folders only these, validated and tested.
set -uo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
TF_CLI_CONFIG_FILE=$(${CARGO_TARGET_DIR:-target}/debug/mirror "$work/mirror") || exit 1
# Beside it a second one: a double of what cannot be had here, for what asks for hashicorp/aws 6. The real azuread cannot be had at all.
mkdir "$work/newer"
cp -rl "$work/mirror/mirror" "$work/newer/mirror"
printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$work/newer/mirror" > "$work/newer/cli.tfrc"
bash tests/modules/aws.sh "$work/mirror/mirror" || exit 1
bash tests/modules/double/lay.sh "$work/newer/mirror" aws 6.99.0 || exit 1
for place in mirror newer; do
  bash tests/modules/double/lay.sh "$work/$place/mirror" azuread 3.99.0 || exit 1
done
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

# An example that speaks of what other examples make gets it.
cp tests/modules/surroundings/zt_distribution_guard.tf "$work/examples/resources/zt_distribution_guard/surroundings.tf"
cp examples/resources/zt_edge_auth/resource.tf "$work/examples/resources/zt_distribution_guard/application.tf"

# Which hashicorp/aws a folder asks for: the real one of the mirror, or a newer one, for which the double of 6 stands in.
aws_of() {
  # The attribute is of 5.12, and an example of a registry page has no place to say so.
  if grep -hsE 'source *= *"../../modules/(audit-log|revocation-events)"|[.]continuous_deployment_policy_id' "$work/$1"/*.tf > /dev/null; then
    echo double
    return
  fi
  case $(grep -hs -A1 '"hashicorp/aws"' "$work/$1"/*.tf | grep -Eo 'version *= *">= *[0-9]+' | grep -Eo '[0-9]+$' | sort -n | tail -1) in
    '' | [0-3]) echo real ;;
    *) echo double ;;
  esac
}

judge() { # folder
  local folder=$1
  if [ "$(aws_of "$folder")" = double ]; then
    local TF_CLI_CONFIG_FILE=$work/newer/cli.tfrc
  fi
  check "init $folder" "$terraform" -chdir="$work/$folder" init -no-color -input=false
  # A module that is given its providers cannot be validated alone; its tests validate it.
  grep -qs configuration_aliases "$work/$folder"/*.tf || check "validate $folder" "$terraform" -chdir="$work/$folder" validate -no-color
  if [ -d "$folder/tests" ]; then
    check "test $folder" "$terraform" -chdir="$work/$folder" test -no-color
  fi
}

if [ $# -gt 0 ]; then
  node tests/modules/documents.mjs "$work" > /dev/null
  for folder in "$@"; do judge "$folder"; done
  echo "modules: $passed passed, $failed failed"
  exit "$((failed > 0))"
fi

while read -r folder; do
  judge "$folder"
done < <(git ls-files --cached --others --exclude-standard 'modules/**.tf' 'examples/**.tf' | xargs -n1 dirname | grep -v '/tests' | sort -u)
while read -r folder; do
  judge "$folder"
done < <(node tests/modules/documents.mjs "$work")
cp -r tests/modules/site "$work/examples/"
check "apply examples" "${CARGO_TARGET_DIR:-target}/venv-local-cloud/bin/python" tests/modules/apply.py "$work"
check "the function of revocation-events" python3 modules/revocation-events/function/test_revoke.py
bash tests/support/schema.sh 2> "$work/log" | node tests/modules/generate.mjs --check || failed=$((failed + 1))
echo "modules: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
