"""Context requirements: canonical text, fingerprint, and which ID tokens meet them. Verdicts are written by hand."""

import json

from .encoding import b64u, sha256


def text(requirement: dict) -> str:
    ordered = {name: requirement[name] for name in ("acr", "amr") if name in requirement}
    return json.dumps(ordered, separators=(",", ":"), ensure_ascii=False)


def fingerprint(requirement: dict) -> str:
    return b64u(sha256(text(requirement).encode("utf-8")))[:6]


MFA = {"acr": "mfa"}
OTP = {"amr": ["hwk", "otp"]}
BOTH = {"acr": "urn:example:gold", "amr": ["otp"]}


def holds_cases() -> list:
    return [
        {"name": name, "requirement": requirement, "claims": claims, "holds": holds}
        for name, requirement, claims, holds in [
            ("the class", MFA, {"acr": "mfa"}, True),
            ("another class", MFA, {"acr": "pwd"}, False),
            ("the class in another case", MFA, {"acr": "MFA"}, False),
            ("no class", MFA, {}, False),
            ("the class in a list", MFA, {"acr": ["mfa"]}, False),
            ("the class null", MFA, {"acr": None}, False),
            ("the class as a method", MFA, {"amr": ["mfa"]}, False),
            ("a method", OTP, {"amr": ["pwd", "otp"]}, True),
            ("the other method", OTP, {"amr": ["hwk"]}, True),
            ("another method", OTP, {"amr": ["pwd"]}, False),
            ("no method", OTP, {"amr": []}, False),
            ("the methods a text", OTP, {"amr": "otp"}, False),
            ("the methods a text that contains one", OTP, {"amr": "pwd otp"}, False),
            ("a method beside a number", OTP, {"amr": ["otp", 1]}, False),
            ("a method beside null", OTP, {"amr": ["otp", None]}, False),
            ("no methods claim", OTP, {"acr": "otp"}, False),
            ("class and method", BOTH, {"acr": "urn:example:gold", "amr": ["otp"]}, True),
            ("class without method", BOTH, {"acr": "urn:example:gold", "amr": ["pwd"]}, False),
            ("class without a methods claim", BOTH, {"acr": "urn:example:gold"}, False),
            ("method without class", BOTH, {"amr": ["otp"]}, False),
        ]
    ]


def vectors() -> dict:
    named = [MFA, OTP, BOTH, {"acr": "0"}, {"amr": ["otp"]}, {"acr": "a/b+c~d"}]
    return {
        "about": "Context requirements. `fingerprints`: canonical text and fingerprint. `holds`: whether the claims of an ID token meet a requirement.",
        "fingerprints": [{"requirement": one, "text": text(one), "fingerprint": fingerprint(one)} for one in named],
        "holds": holds_cases(),
    }
