"""What this repository's own commands take: the demo with the release build, the inner loop, and every lane."""

import json
import os
import re
import subprocess
import time

from cloud import BUILT, PROVIDER, ROOT


def demo_rows(folder):
    """`make demo`'s own program, with the release build of the provider."""
    home = folder / "demo"
    done = subprocess.run([BUILT / "debug/demo", home], env=dict(os.environ, ZT_PROVIDER=str(PROVIDER)), capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stdout[-3000:])
    shown = json.loads((home / "summary.json").read_text())
    yield "apply finished to refusal", f"{shown['revocation_seconds']:.3f} s", "≤ 1 s"
    yield "terraform apply of the quickstart", f"{shown['apply_seconds']:.1f} s", ""
    yield "the whole demo, built", f"{sum(step['seconds'] for step in shown['steps']):.0f} s", ""


def test_rows():
    """The inner loop is run here, twice, and the second time counts. The lanes are what the last `make test` left."""
    yield "inner loop (`make test-inner`), warm", inner_loop(), "≤ 60 s"
    path = ROOT / "target/lanes.json"
    if not path.exists():
        yield "`make test`", "not measured: no run has left target/lanes.json", "≤ 45 min"
        return
    record = json.loads(path.read_text())
    slowest = sorted(record["lanes"], key=lambda lane: -lane["seconds"])[:3]
    named = ", ".join(f"{lane['name']} {lane['seconds']:.0f} s" for lane in slowest)
    how = "on a clean checkout" if record["clean"] else "with everything built before"
    held = "" if record["ok"] else "; NOT all lanes held"
    yield f"`make test` {how}, commit {record['commit']}", f"{record['seconds'] / 60:.1f} min ({named}){held}", "≤ 45 min"


def inner_loop():
    seconds, told = 0.0, ""
    for _ in range(2):
        start = time.perf_counter()
        done = subprocess.run(["make", "--no-print-directory", "test-inner"], cwd=ROOT, capture_output=True, text=True)
        seconds = time.perf_counter() - start
        told = next((match[1] for match in re.finditer(r"(\d+(?:/\d+)? tests run: .*)", done.stdout)), "it does not build")
        if done.returncode != 0:
            return f"not measured, it failed: {told}"
    return f"{seconds:.0f} s ({told})"
