"""base64url, base 36, length prefixes, HKDF and HMAC from the standard library."""

import base64
import hashlib
import hmac


def b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def b36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while True:
        number, digit = divmod(number, 36)
        text = digits[digit] + text
        if number == 0:
            return text


def lp(text: str) -> bytes:
    data = text.encode("utf-8")
    return len(data).to_bytes(4, "big") + data


def mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def hkdf(secret: bytes, info: bytes) -> bytes:
    """RFC 5869 with SHA-256, an empty salt and 32 bytes of output: one block."""
    return mac(mac(bytes(32), secret), info + b"\x01")


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
