"""Benchmarks of DESIGN section 7, each beside its peer in the same run. Writes docs-dev/benchmarks.md.

Figures belong to the machine they were taken on; ratios travel, seconds do not. Nothing here asserts a time.
"""

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import applications
import house
import provider
from cloud import ROOT

# Whose presence says that somebody else is building.
BUILDERS = ("rustc", "cargo", "clippy-driver")
SIZE = """
import { readFileSync } from 'node:fs';
import { render } from './edge-src/session/build.mjs';
import { largeTable } from './edge-src/session/large-table.mjs';
console.log(Buffer.byteLength(render(readFileSync('edge-src/dist/session.js', 'utf8'), largeTable())));
"""


def node(*arguments):
    """What a program of the edge prints."""
    done = subprocess.run(["node", *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return done.stdout.strip()


def session_rows():
    size = int(node("--input-type=module", "--eval", SIZE))
    yield "source with 100 routes and 30 policies", f"{size:,} bytes", "≤ 10,240 bytes"


def building():
    """Whether programs that are not ours build on this machine, and the load of the last minute."""
    names = []
    for process in Path("/proc").iterdir():
        try:
            names += [(process / "comm").read_text().strip()] if process.name.isdigit() else []
        except OSError:
            continue  # It has just ended.
    return any(name in BUILDERS for name in names), os.getloadavg()[0]


def parts(folder):
    """Title, rows, and text of each part of the page."""
    yield "Provider", provider.rows, None
    yield "Applications and revocations, on the local cloud", lambda: applications.plan_rows(folder / "plan"), None
    yield None, lambda: applications.revocation_rows(folder / "revocations"), None
    yield "The demo, with the release build", lambda: house.demo_rows(folder), None
    yield "This repository", house.test_rows, None
    yield "Session function on njs (hold: ratio at most 1.5)", session_rows, ROOT / "edge-src/bench/session.mjs"
    yield "Auth function on Node (hold: 60 kB packed, ratio at most 0.4)", lambda: (), ROOT / "edge-src/bench/auth.mjs"


def main():
    lines, looks = [], []
    with tempfile.TemporaryDirectory() as folder:
        for title, rows, script in parts(Path(folder)):
            looks.append(building())
            lines += table(title, rows)
            if script:
                lines += ["", "```", node(script), "```"]
    looks.append(building())
    text = "\n".join(head(looks) + lines) + "\n"
    (ROOT / "docs-dev/benchmarks.md").write_text(text)


def table(title, rows):
    """Lines of one part; a part without a title goes on with the table before it. Told while it is made."""
    lines = ["", f"## {title}"] if title else []
    print(title or "", file=sys.stderr)
    first = title is not None
    for what, measured, hold in rows():
        if first:
            lines += ["", "| what | measured | hold |", "|---|---|---|"]
            first = False
        lines.append(f"| {what} | {measured} | {hold} |")
        print(f"  {what}: {measured}  [{hold}]", file=sys.stderr)
    return lines


def head(looks):
    processor = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    commit = subprocess.run(["git", "describe", "--always", "--dirty=+", "--exclude=*"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    busy = sum(seen for seen, _ in looks)
    others = f"Other builds were running ({busy} of {len(looks)} looks)" if busy else "No other build was seen"
    return [
        "# Benchmarks", "",
        "Written by `make bench`, each figure beside its peer in the same run. Seconds belong to the machine below; ratios travel.",
        "`make test` leaves what its lanes took in `target/lanes.json`; the next `make bench` takes it over.", "",
        f"Machine: {os.cpu_count()} processors ({processor}), {platform.system()} {platform.machine()}, {memory} GiB. "
        f"Commit {commit or 'unknown'} (+: with uncommitted changes). {others}; "
        f"load {looks[0][1]:.1f} before, {max(load for _, load in looks):.1f} at most.",
    ]


main()
