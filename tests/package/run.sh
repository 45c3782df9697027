#!/usr/bin/env bash
# The package of the provider just built: its names, its sums, the same bytes twice, and that the CLI installs from it, by a mirror and
# by `make install`, in a place that knows nothing of this checkout.
set -uo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
target=${CARGO_TARGET_DIR:-target}
program=$target/debug/terraform-provider-zt
version=$(python3 tests/package/package.py --version)
platform=$(make -s platform)
stem=terraform-provider-zt_$version
terraform=$PWD/tests/support/terraform.sh
passed=0
failed=0
check() { # what, command...
  if "${@:2}" > "$work/log" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED $1"
    cat "$work/log"
  fi
}

pack() { python3 tests/package/package.py --program "$1" --platform "${3:-$platform}" --out "$2"; }
names() { [ "$(cd "$1" && find . -maxdepth 1 -type f | LC_ALL=C sort | tr '\n' ' ')" = "./${stem}_SHA256SUMS ./$stem""_$platform.zip ./${stem}_manifest.json " ]; }
holds() { python3 - "$1" "$version" <<'PY'
import stat, sys, zipfile
entries = zipfile.ZipFile(sys.argv[1]).infolist()
program = f"terraform-provider-zt_v{sys.argv[2]}"
assert [entry.filename for entry in entries] == ["LICENSE", program], entries
assert stat.S_IMODE(entries[1].external_attr >> 16) == 0o755, oct(entries[1].external_attr)
PY
}
protocol() { python3 -c 'import json, sys; assert json.load(open(sys.argv[1])) == {"version": 1, "metadata": {"protocol_versions": ["6.0"]}}' "$1"; }
refuses() { ! pack "$@"; }

# The environment of somebody who has a CLI and nothing else.
cli() { # home, configuration or nothing, arguments...
  local home=$1 configuration=$2
  shift 2
  env -i HOME="$home" PATH="$(dirname "$(command -v terraform || command -v tofu || echo /usr/bin/env)"):/usr/bin:/bin" CHECKPOINT_DISABLE=1 \
    ${configuration:+TF_CLI_CONFIG_FILE="$configuration"} "$terraform" "$@"
}
empty() { # folder: a configuration that asks for the provider and for one of its functions
  mkdir -p "$1"
  cat > "$1/main.tf" <<HCL
terraform {
  required_providers {
    zt = {
      source  = "zt-edge/zt"
      version = "$version"
    }
  }
}

resource "zt_session_store" "main" {
  name = "main"
}

output "issuer" {
  value = provider::zt::entra_issuer("11111111-2222-3333-4444-555555555555", "public")
}
HCL
}

check "packs" pack "$program" "$work/one"
# A copy, made later and under another name, of another owner's rights.
install -m 0700 "$program" "$work/copy"
check "packs a copy" pack "$work/copy" "$work/two"
check "gives the same bytes twice" diff -r "$work/one" "$work/two"
check "has the names that registries want" names "$work/one"
check "holds the program, executable" holds "$work/one/${stem}_$platform.zip"
check "names the protocol" protocol "$work/one/${stem}_manifest.json"
check "has sums that are right" bash -c "cd '$work/one' && sha256sum --check --strict ${stem}_SHA256SUMS"
check "sums every file" test "$(wc -l < "$work/one/${stem}_SHA256SUMS")" -eq 2
printf 'another' > "$work/other"
check "takes a second platform" pack "$work/other" "$work/two" darwin_arm64
check "sums both platforms" test "$(grep -c '\.zip$' "$work/two/${stem}_SHA256SUMS")" -eq 2
check "refuses a program that is not there" refuses "$work/none" "$work/three"
check "refuses a platform that is none" refuses "$program" "$work/three" linux

mkdir "$work/home"
empty "$work/by-mirror"
printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$work/one/mirror" > "$work/cli.tfrc"
check "installs from the mirror" cli "$work/home" "$work/cli.tfrc" -chdir="$work/by-mirror" init -no-color -input=false
check "works when it came from the mirror" cli "$work/home" "$work/cli.tfrc" -chdir="$work/by-mirror" validate -no-color

empty "$work/installed"
check "is installed by make" make -s install PROFILE=debug PACKAGE="$work/four" PLUGINS="$work/home/.terraform.d/plugins"
check "is found without a CLI configuration" cli "$work/home" "" -chdir="$work/installed" init -no-color -input=false
check "works when it was installed" cli "$work/home" "" -chdir="$work/installed" validate -no-color

echo "package: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
