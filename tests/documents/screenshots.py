"""Takes the README's pictures from those of the browser lane: python3 tests/documents/screenshots.py <screenshots> <images>

Each is the part of a page that has something on it: the browser lane takes whole windows.
"""

import struct
import sys
import zlib
from pathlib import Path

WANTED = {"login": (0, 0, 1280, 420), "members": (0, 0, 1280, 420), "revoked": (0, 0, 1280, 420)}
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(raw):
    at = len(SIGNATURE)
    while at < len(raw):
        (length,) = struct.unpack_from(">I", raw, at)
        yield raw[at + 4 : at + 8], raw[at + 8 : at + 8 + length]
        at += length + 12


def paeth(left, up, corner):
    guess = left + up - corner
    return min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]


def rows(raw):
    """Width, bytes of a pixel and the rows, without the filters of PNG's section 9."""
    parts = list(chunks(raw))
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", parts[0][1])
    if depth != 8 or colour not in (2, 6) or interlaced:
        sys.exit("screenshots: not a plain RGB picture")
    step = 3 if colour == 2 else 4
    data = zlib.decompress(b"".join(body for kind, body in parts if kind == b"IDAT"))
    size, before, found = width * step, bytes(width * step), []
    for at in range(height):
        kind, line = data[at * (size + 1)], bytearray(data[at * (size + 1) + 1 : (at + 1) * (size + 1)])
        for i in range(size if kind else 0):
            left, up, corner = (line[i - step] if i >= step else 0), before[i], (before[i - step] if i >= step else 0)
            line[i] = (line[i] + [0, left, up, (left + up) // 2, paeth(left, up, corner)][kind]) & 255
        before = bytes(line)
        found.append(before)
    return step, found


def cut(raw, box):
    x, y, right, bottom = box
    step, found = rows(raw)
    lines = [line[x * step : right * step] for line in found[y:bottom]]
    # The filter "up" makes empty space small.
    packed = b"".join(
        b"\x02" + bytes((a - b) & 255 for a, b in zip(line, above)) for above, line in zip([bytes(len(lines[0])), *lines], lines)
    )
    header = struct.pack(">IIBBBBB", right - x, len(lines), 8, 2 if step == 3 else 6, 0, 0, 0)
    whole = SIGNATURE
    for kind, body in [(b"IHDR", header), (b"IDAT", zlib.compress(packed, 9)), (b"IEND", b"")]:
        whole += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return whole


source, images = Path(sys.argv[1]), Path(sys.argv[2])
images.mkdir(parents=True, exist_ok=True)
for name, box in WANTED.items():
    (images / f"{name}.png").write_bytes(cut((source / f"{name}.png").read_bytes(), box))
    print(f"{images / name}.png")
