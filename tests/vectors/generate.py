"""Writes the vectors beside this file, or with --check says which of them are stale.

Everything comes from the Python standard library and from expectations written down by hand in `source/`; nothing here
reads or imitates the Rust or the JavaScript that the vectors judge.
"""

import json
import pathlib
import sys

from source import addresses, contexts, documents, grants, headers, ledger, membership, pages, paths, policies, queue, routes, service_tokens, tokens

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = {
    "addresses.json": addresses.vectors,
    "contexts.json": contexts.vectors,
    "documents.json": documents.vectors,
    "grants.json": grants.vectors,
    "headers.json": headers.vectors,
    "ledger.json": ledger.vectors,
    "membership.json": membership.vectors,
    "pages.json": pages.vectors,
    "paths.json": paths.vectors,
    "policies.json": policies.vectors,
    "queue.json": queue.vectors,
    "routes.json": routes.vectors,
    "service_tokens.json": service_tokens.vectors,
    "tokens.json": tokens.vectors,
}


def main() -> int:
    stale = []
    for name, vectors in VECTORS.items():
        text = json.dumps(vectors(), indent=1, ensure_ascii=True) + "\n"
        path = HERE / name
        if "--check" in sys.argv[1:]:
            if not path.exists() or path.read_text(encoding="ascii") != text:
                stale.append(name)
        else:
            path.write_text(text, encoding="ascii")
    for name in stale:
        print(f"{name} is stale: run python3 tests/vectors/generate.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
