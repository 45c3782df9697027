"""Verifies the x-zt-assertion header at an origin. Needs Python 3.9 or later and cryptography.

    claims = verify_assertion(request.headers["x-zt-assertion"], jwks, issuer, audience)
"""
import base64
import json
import sys
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

# Seconds by which two clocks may differ.
SKEW = 30


class Refused(Exception):
    """The assertion is not valid here."""


def verify_assertion(assertion, jwks, issuer, audience, now=None):
    """The claims of a valid assertion; raises Refused otherwise. `now` is only for tests."""
    now = time.time() if now is None else now
    parts = assertion.split(".")
    if len(parts) != 3:
        raise Refused("not an assertion")
    header, claims = _object(parts[0]), _object(parts[1])
    # The algorithm and the type are ours to say, not the token's.
    if header.get("alg") != "ES256" or header.get("typ") != "zt-assertion+jwt" or "crit" in header:
        raise Refused("not an assertion")
    _check_signature(parts, _key(jwks, header.get("kid")))
    if claims.get("iss") != issuer:
        raise Refused("another issuer")
    # Without this an assertion for another application would do.
    if claims.get("aud") != audience:
        raise Refused("another audience")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise Refused("no subject")
    if not _is_time(claims.get("exp")) or not now < claims["exp"]:
        raise Refused("expired")
    if not _is_time(claims.get("iat")) or not claims["iat"] <= now + SKEW:
        raise Refused("not yet valid")
    return claims


def _key(jwks, kid):
    for key in jwks["keys"]:
        if key.get("kid") == kid and key.get("kty") == "EC" and key.get("crv") == "P-256":
            x, y = (int.from_bytes(_bytes(key[name]), "big") for name in ("x", "y"))
            return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    raise Refused("unknown key")


def _check_signature(parts, key):
    signature = _bytes(parts[2])
    if len(signature) != 64:
        raise Refused("wrong signature")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), f"{parts[0]}.{parts[1]}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise Refused("wrong signature") from error


def _object(part):
    try:
        value = json.loads(_bytes(part).decode("utf-8"))
    except ValueError as error:
        raise Refused("not an assertion") from error
    if not isinstance(value, dict):
        raise Refused("not an assertion")
    return value


def _bytes(text):
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise Refused("not base64url") from error
    if base64.urlsafe_b64encode(decoded).rstrip(b"=").decode() != text:
        raise Refused("not base64url")
    return decoded


def _is_time(value):
    return isinstance(value, int) and not isinstance(value, bool)


def main():
    jwks_file, issuer, audience = sys.argv[1:4]
    with open(jwks_file, encoding="utf-8") as file:
        jwks = json.load(file)
    now = float(sys.argv[4]) if len(sys.argv) > 4 else None
    try:
        print(json.dumps(verify_assertion(sys.stdin.read().strip(), jwks, issuer, audience, now)))
    except Refused as refusal:
        sys.exit(f"refused: {refusal}")


if __name__ == "__main__":
    main()
