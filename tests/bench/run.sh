#!/usr/bin/env bash
# Benchmarks beside their peers, in one run on this machine. Writes docs-dev/benchmarks.md.
set -euo pipefail
cd "$(dirname "$0")/../.."

CARGO_TARGET_DIR=target/bench cargo build --release --quiet --package terraform-provider-zt
venv=target/venv-bench
if [ ! -x $venv/bin/python ] || ! cmp -s tests/bench/requirements.txt $venv/requirements.txt; then
  python3 -m venv $venv
  $venv/bin/pip install --quiet --require-hashes -r tests/bench/requirements.txt
  cp tests/bench/requirements.txt $venv/requirements.txt
fi
exec $venv/bin/python tests/bench/bench.py
