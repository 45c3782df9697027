#!/bin/sh
# The local cloud judged by botocore: starts one, runs every test against it, ends it, prints the counts.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
sh "$here/../setup.sh"
exec "$here/../../../target/venv-local-cloud/bin/python" "$here/run.py" "$@"
