#!/bin/sh
# Makes the foreign client's Python environment under target/, once for each requirements.txt.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${1:-$here/../../target/venv-protocol}
mkdir -p "$(dirname "$venv")"
exec 9>"$venv.lock"
flock 9
stamp=$venv/requirements.txt
if cmp -s "$here/requirements.txt" "$stamp"; then
    exit 0
fi
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement "$here/requirements.txt"
cp "$here/requirements.txt" "$stamp"
