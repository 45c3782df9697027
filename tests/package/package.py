"""Packs a built provider as registries take it, and as a filesystem mirror that `terraform init` installs from.

    python3 tests/package/package.py --program <built provider> --platform <os>_<arch> --out <folder>
    python3 tests/package/package.py --version

Into the folder: the zip, the manifest and SHA256SUMS over all that lies there of this version, so that the packages of several
platforms come together by one run each; and `mirror/`, the same zips in the layout of a filesystem mirror. The same program gives
the same bytes, whenever and wherever it is packed. The signature of SHA256SUMS, which a public registry wants, needs somebody's key
and is no work of this program.
"""

import argparse
import hashlib
import re
import shutil
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = "terraform-provider-zt"
# Where `source = "zt-edge/zt"` is looked for, by Terraform and by OpenTofu.
ADDRESSES = ["registry.terraform.io/zt-edge/zt", "registry.opentofu.org/zt-edge/zt"]
# The earliest time that a zip can tell: a package does not tell when it was made.
TIME = (1980, 1, 1, 0, 0, 0)


def version() -> str:
    section = (ROOT / "Cargo.toml").read_text().split("[workspace.package]", 1)[1]
    return re.search(r'^version = "([^"]+)"$', section, re.MULTILINE).group(1)


def add(package: zipfile.ZipFile, name: str, path: Path, mode: int) -> None:
    entry = zipfile.ZipInfo(name, TIME)
    entry.create_system = 3
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with path.open("rb") as source, package.open(entry, "w") as target:
        shutil.copyfileobj(source, target, 1 << 20)


def pack(program: Path, platform: str, out: Path) -> Path:
    path = out / f"{NAME}_{version()}_{platform}.zip"
    ending = ".exe" if platform.startswith("windows_") else ""
    with zipfile.ZipFile(path, "w", compresslevel=6) as package:
        add(package, "LICENSE", ROOT / "LICENSE", 0o644)
        add(package, f"{NAME}_v{version()}{ending}", program, 0o755)
    return path


def digest(path: Path) -> str:
    whole = hashlib.sha256()
    with path.open("rb") as source:
        while part := source.read(1 << 20):
            whole.update(part)
    return whole.hexdigest()


def describe(out: Path) -> None:
    """The manifest, and the sums over it and every package of this version."""
    stem = f"{NAME}_{version()}"
    manifest = out / f"{stem}_manifest.json"
    shutil.copyfile(ROOT / "terraform-registry-manifest.json", manifest)
    listed = sorted([*out.glob(f"{stem}_*.zip"), manifest])
    (out / f"{stem}_SHA256SUMS").write_text("".join(f"{digest(path)}  {path.name}\n" for path in listed))


def mirror(package: Path, out: Path) -> None:
    for address in ADDRESSES:
        folder = out / "mirror" / address
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(package, folder / package.name)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", action="store_true")
    parser.add_argument("--program", type=Path)
    parser.add_argument("--platform")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    if asked.version:
        print(version())
        return 0
    if asked.program is None or not asked.program.is_file():
        sys.exit(f"package: there is no program {asked.program}; build it first")
    if not re.fullmatch(r"[a-z0-9]+_[a-z0-9]+", asked.platform or ""):
        sys.exit(f"package: {asked.platform!r} is no platform; write it as linux_amd64")
    asked.out.mkdir(parents=True, exist_ok=True)
    package = pack(asked.program, asked.platform, asked.out)
    describe(asked.out)
    mirror(package, asked.out)
    print(f"{package}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
