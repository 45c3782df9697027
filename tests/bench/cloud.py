"""One local cloud as a child, a Terraform configuration on it, and what a command of the CLI costs.

What the provider uses is read from the kernel while it runs, every few milliseconds: its peak is the kernel's own mark,
so only what happens between the last look and its end is missed.
"""

import json
import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROVIDER = ROOT / "target/bench/release/terraform-provider-zt"
TERRAFORM = ROOT / "tests/support/terraform.sh"
TICKS = os.sysconf("SC_CLK_TCK")
LOOK = 0.005


class LocalCloud:
    """Started on a folder, ended with the block it is used in."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def __enter__(self):
        self.folder.mkdir(parents=True)
        with open(self.folder / "local-cloud.log", "w") as log:
            self.child = subprocess.Popen(
                [BUILT / "debug/local-cloud", "up", "--state", self.folder],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True,
            )
        for line in self.child.stdout:
            if line.startswith("ready"):
                self.endpoints = json.loads((self.folder / "endpoints.json").read_text())
                return self
        raise SystemExit((self.folder / "local-cloud.log").read_text())

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait()

    def admin(self, path, body):
        request = urllib.request.Request(
            self.endpoints["aws"]["admin"] + path, json.dumps(body).encode(), {"content-type": "application/json"})
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).read()

    def calls(self):
        lines = Path(self.endpoints["aws"]["calls_log"]).read_text().splitlines()
        return [json.loads(line) for line in lines]

    def environment(self):
        aws = self.endpoints["aws"]
        return {
            "AWS_ENDPOINT_URL": aws["endpoint"], "AWS_REGION": aws["region"], "AWS_ACCESS_KEY_ID": aws["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": aws["secret_access_key"], "AWS_EC2_METADATA_DISABLED": "true",
            "SSL_CERT_FILE": self.endpoints["edge"]["ca_file"],
        }


class Cost:
    """What one command took. The CLI's processor time is without its provider's."""

    def __init__(self):
        self.seconds, self.peak_kilobytes = 0.0, 0
        self.provider_seconds, self.cli_seconds = 0.0, 0.0
        self.calls = []

    def writes(self):
        return [call for call in self.calls if call["mutating"]]


class Terraform:
    """A configuration folder with the release build of the provider."""

    def __init__(self, cloud, folder):
        self.cloud, self.folder = cloud, Path(folder)
        self.folder.mkdir(parents=True)
        overrides = f'provider_installation {{\n  dev_overrides {{\n    "zt-edge/zt" = "{PROVIDER.parent}"\n  }}\n  direct {{}}\n}}\n'
        (self.folder / "cli.tfrc").write_text(overrides)
        self.environment = dict(
            os.environ, TF_CLI_CONFIG_FILE=str(self.folder / "cli.tfrc"), TF_IN_AUTOMATION="1", CHECKPOINT_DISABLE="1", TF_INPUT="0",
            **cloud.environment(),
        )
        self.environment.pop("TF_LOG", None)

    def write(self, text):
        (self.folder / "main.tf").write_text(text)

    def run(self, *arguments):
        """Runs one command to its end; fails with what it said."""
        before, cost = len(self.cloud.calls()), Cost()
        start = time.perf_counter()
        with open(self.folder / "said.log", "w") as said:
            child = subprocess.Popen(
                [TERRAFORM, *arguments, "-no-color"], cwd=self.folder, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            )
        watched = {}
        while True:
            ended, status, used = os.wait4(child.pid, os.WNOHANG)
            if ended:
                break
            look(child.pid, watched)
            time.sleep(LOOK)
        cost.seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise SystemExit((self.folder / "said.log").read_text()[-3000:])
        cost.peak_kilobytes = max((peak for peak, _ in watched.values()), default=0)
        cost.provider_seconds = sum(seconds for _, seconds in watched.values())
        cost.cli_seconds = used.ru_utime + used.ru_stime - cost.provider_seconds
        cost.calls = self.cloud.calls()[before:]
        return cost


def look(parent, watched):
    """Notes the peak and the processor time so far of each provider that the CLI has started."""
    for pid in children(parent):
        try:
            if not Path(f"/proc/{pid}/comm").read_text().startswith("terraform-provi"):
                continue
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # It has just ended.
        peak = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
        known = watched.get(pid, (0, 0))
        watched[pid] = (max(peak, known[0]), max((int(fields[11]) + int(fields[12])) / TICKS, known[1]))


def children(parent):
    try:
        tasks = list(Path(f"/proc/{parent}/task").iterdir())
        return [pid for task in tasks for pid in (task / "children").read_text().split()]
    except OSError:
        return []
