"""Packs the function: python3 modules/revocation-events/function/pack.py [--check]. The same text gives the same bytes."""

import sys
import zipfile
from io import BytesIO
from pathlib import Path

HERE = Path(__file__).parent
PACKED = HERE.parent / "function.zip"


def packed() -> bytes:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as package:
        entry = zipfile.ZipInfo("revoke.py", (1980, 1, 1, 0, 0, 0))
        entry.create_system = 3
        entry.external_attr = 0o100644 << 16
        package.writestr(entry, (HERE / "revoke.py").read_bytes())
    return whole.getvalue()


if sys.argv[1:] == ["--check"]:
    sys.exit(0 if PACKED.read_bytes() == packed() else f"{PACKED} is not what revoke.py says; run {__file__}")
PACKED.write_bytes(packed())
