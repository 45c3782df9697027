#!/bin/sh
# Makes what the local cloud runs on: the Python environment (ministack, and boto3 as the foreign client that judges the
# proxy) and the identity provider's packages. Idempotent: stamps decide in milliseconds that nothing is to do. Every
# wheel is checked against the hashes in requirements.txt, every package against the lock file.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
venv=${1:-$here/../../target/venv-local-cloud}
python=${PYTHON:-python3}
stamp=$({ cat "$here/requirements.txt"; "$python" --version; } | cksum)

is_fresh() {
    [ -x "$venv/bin/python" ] && [ "$(cat "$venv/.stamp" 2>/dev/null)" = "$stamp" ]
}

mkdir -p "$(dirname -- "$venv")"
# Several lanes may start at once on a clean checkout: one installs, the others wait for it.
exec 9>"$venv.lock"
if command -v flock >/dev/null 2>&1; then flock 9; fi

if ! is_fresh; then
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
        --requirement "$here/requirements.txt"
    printf '%s' "$stamp" >"$venv/.stamp"
fi

bash "$here/../support/npm-ci.sh" tests/local-cloud/idp
