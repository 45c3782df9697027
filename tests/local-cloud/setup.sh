#!/bin/sh
# Makes the Python environment of the local cloud: ministack, and boto3 as the foreign client that judges the proxy.
# Idempotent: a stamp of requirements.txt and of the interpreter decides in milliseconds that nothing is to do.
# Every wheel is checked against the hashes in requirements.txt.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
venv=${1:-$here/../../target/venv-local-cloud}
python=${PYTHON:-python3}

stamp=$({ cat "$here/requirements.txt"; "$python" --version; } | cksum)
if [ -x "$venv/bin/python" ] && [ "$(cat "$venv/.stamp" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi

mkdir -p "$(dirname -- "$venv")"
# Several lanes may start at once on a clean checkout: one installs, the others wait for it.
exec 9>"$venv.lock"
if command -v flock >/dev/null 2>&1; then flock 9; fi
if [ -x "$venv/bin/python" ] && [ "$(cat "$venv/.stamp" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi

rm -rf "$venv"
"$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
    --requirement "$here/requirements.txt"
printf '%s' "$stamp" >"$venv/.stamp"
