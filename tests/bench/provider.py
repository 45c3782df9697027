"""The provider as a program: start to handshake, and its schema through the CLI beside hashicorp/aws."""

import glob
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from cloud import PROVIDER, TERRAFORM

COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"


def client_certificate(folder):
    """A self-signed P-521 certificate, as go-plugin's client makes one."""
    key, certificate = Path(folder) / "k.pem", Path(folder) / "c.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp521r1", "-nodes",
         "-subj", "/CN=localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )
    return certificate.read_text()


def handshake(runs=30):
    """Milliseconds from start to the handshake line, with mutual TLS, median and least, and resident kilobytes then."""
    times, sizes = [], []
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(
            os.environ, TF_PLUGIN_MAGIC_COOKIE=COOKIE, PLUGIN_PROTOCOL_VERSIONS="5,6", PLUGIN_UNIX_SOCKET_DIR=folder,
            PLUGIN_CLIENT_CERT=client_certificate(folder),
        )
        for _ in range(runs):
            start = time.perf_counter()
            child = subprocess.Popen([PROVIDER], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            child.stdout.readline()
            times.append((time.perf_counter() - start) * 1000)
            status = Path(f"/proc/{child.pid}/status").read_text()
            sizes.append(int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))))
            child.kill()
            child.wait()
    return statistics.median(times), min(times), statistics.median(sizes)


def mirror(folder):
    """A filesystem mirror with our release build and, from PyPI, hashicorp/aws 3.39."""
    probe = Path(folder) / "probe"
    probe.mkdir()
    (probe / "main.tf").write_text('terraform {\n  required_providers {\n    zt = { source = "zt-edge/zt" }\n  }\n}\n')
    told = subprocess.run([TERRAFORM, "providers"], cwd=probe, capture_output=True, text=True).stdout
    host = told.split("provider[")[1].split("/")[0]
    machine = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    ours = Path(folder) / f"mirror/{host}/zt-edge/zt/0.1.0/linux_{machine}"
    ours.mkdir(parents=True)
    shutil.copy(PROVIDER, ours / "terraform-provider-zt_v0.1.0")
    packed = glob.glob(f"{sys.prefix}/lib/python*/site-packages/cloudrail/terraform_plugins/*aws_3.39*.zip")[0]
    theirs = Path(folder) / f"mirror/{host}/hashicorp/aws/3.39.0/linux_amd64"
    theirs.mkdir(parents=True)
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(theirs)
    for program in theirs.iterdir():
        program.chmod(0o755)
    configuration = Path(folder) / "cli.tfrc"
    configuration.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{folder}/mirror"\n  }}\n}}\n')
    return dict(os.environ, TF_CLI_CONFIG_FILE=str(configuration), CHECKPOINT_DISABLE="1", TF_IN_AUTOMATION="1")


def schema(folder, environment, name, source, runs=7):
    """Seconds of `terraform providers schema -json`, and the peak kilobytes of its largest process."""
    work = Path(folder) / name
    work.mkdir()
    (work / "main.tf").write_text(f'terraform {{\n  required_providers {{\n    {name} = {{ source = "{source}" }}\n  }}\n}}\n')
    subprocess.run([TERRAFORM, "init", "-input=false"], cwd=work, env=environment, check=True, capture_output=True)
    times, peaks = [], []
    for _ in range(runs):
        measure = [sys.executable, str(Path(__file__).with_name("peak.py")), str(TERRAFORM), "providers", "schema", "-json"]
        start = time.perf_counter()
        done = subprocess.run(measure, cwd=work, env=environment, check=True, capture_output=True, text=True)
        times.append(time.perf_counter() - start)
        peaks.append(int(done.stderr.strip().splitlines()[-1]))
    return statistics.median(times), statistics.median(peaks)


def rows():
    milliseconds, least, kilobytes = handshake()
    yield "start to handshake, mutual TLS", f"{milliseconds:.1f} ms (least {least:.1f} ms)", "≤ 5 ms"
    yield "resident at handshake", f"{kilobytes / 1024:.1f} MB", ""
    with tempfile.TemporaryDirectory() as folder:
        environment = mirror(folder)
        ours = schema(folder, environment, "zt", "zt-edge/zt")
        theirs = schema(folder, environment, "aws", "hashicorp/aws")
    yield "schema through the CLI, time", f"{ours[0]:.2f} s to {theirs[0]:.2f} s: {ours[0] / theirs[0]:.2f}", "≤ 0.2 of hashicorp/aws 3.39"
    yield "schema through the CLI, peak memory", f"{ours[1] / 1024:.0f} MB to {theirs[1] / 1024:.0f} MB: {ours[1] / theirs[1]:.2f}", "≤ 0.45"
