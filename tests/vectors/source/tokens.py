"""Session tokens: key derivation, fingerprints, minting, and every way to get a token wrong."""

import json

from .encoding import b36, b64u, hkdf, lp, mac, sha256

NOW = 1_800_000_000
PEPPER = bytes(range(32))
ISSUER = "https://idp.example.com/realms/main"
MAPPING = {"user": "sub", "email": "email", "groups": "groups", "roles": "roles", "session": "sid"}
CONFIGURATIONS = [
    {"application": "members", "issuer": ISSUER, "client_id": "client-1", "mapping": MAPPING},
    {"application": "other", "issuer": ISSUER, "client_id": "client-1", "mapping": MAPPING},
    {"application": "members", "issuer": "https://idp.example.org", "client_id": "client-1", "mapping": MAPPING},
    {"application": "members", "issuer": ISSUER, "client_id": "client-2", "mapping": MAPPING},
    {"application": "members", "issuer": ISSUER, "client_id": "client-1", "mapping": {**MAPPING, "user": "oid"}},
]
SECRETS = {"k7q2": bytes([0xA1] * 32), "k8": sha256(b"second key"), "old1": sha256(b"third key")}


def info(configuration: dict) -> bytes:
    mapping = ";".join(f"{name}={configuration['mapping'][name]}" for name in ("user", "email", "groups", "roles", "session"))
    parts = ["zt session v1", configuration["application"], configuration["issuer"], configuration["client_id"], mapping]
    return b"".join(lp(part) for part in parts)


def session_key(kid: str, configuration: dict = CONFIGURATIONS[0]) -> bytes:
    return hkdf(SECRETS[kid], info(configuration))


def fingerprint(issuer: str, name: str, pepper: bytes = PEPPER) -> str:
    return b64u(mac(pepper, lp(issuer) + lp(name))[:9])


def grants(bits: list) -> str:
    digits = [0] * 64
    for bit in bits:
        digits[bit // 4] |= 1 << bit % 4
    return "".join("0123456789abcdef"[digit] for digit in digits).rstrip("0")


BASE = {
    "kid": "k7q2",
    "sid": b64u(bytes(range(16))),
    "usr": fingerprint(ISSUER, "alice"),
    "ses": fingerprint(ISSUER, "idp-session-1"),
    "lt": NOW - 600,
    "iat": NOW - 300,
    "exp": NOW + 3300,
    "gen": 3,
    "bits": [0, 5],
    "ctx": [],
    "claims": {"email": "alice@example.com", "name": "Alice"},
    "ah": "",
}


def fields(**changes) -> list:
    session = {**BASE, **changes}
    claims = session["claims"]
    text = "" if not claims else b64u(json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode("utf-8"))
    return [
        "s1", session["kid"], session["sid"], session["usr"], session["ses"],
        b36(session["lt"]), b36(session["iat"]), b36(session["exp"]), b36(session["gen"]),
        grants(session["bits"]), "".join(session["ctx"]), text, session["ah"],
    ]


def sign(parts: list, key: bytes = None) -> str:
    message = ".".join(parts)
    return message + "." + b64u(mac(key or session_key("k7q2"), message.encode("utf-8")))


def valid(name: str, **changes) -> dict:
    session = {**BASE, **changes}
    token = sign(fields(**changes), session_key(session["kid"]))
    return {"name": name, "token": token, "verdict": "valid", "session": session}


def resigned(name: str, position: int, value: str, verdict: str = "format") -> dict:
    """A field replaced and the whole correctly signed: only the form can refuse it."""
    parts = fields()
    parts[position] = value
    return {"name": name, "token": sign(parts), "verdict": verdict}


def tampered(name: str, position: int, value: str) -> dict:
    parts = sign(fields()).split(".")
    assert parts[position] != value, name
    parts[position] = value
    return {"name": name, "token": ".".join(parts), "verdict": "mac"}


def cases() -> list:
    genuine = sign(fields())
    message, signature = genuine.rsplit(".", 1)
    context = b64u(sha256(b"acr=mfa"))[:6]
    other = "B" if genuine[-10] != "B" else "C"
    loose = {"A": "B", "E": "F", "I": "J", "M": "N", "Q": "R", "U": "V", "Y": "Z", "c": "d", "g": "h", "k": "l", "o": "p", "s": "t", "w": "x", "0": "1", "4": "5", "8": "9"}
    return [
        valid("the plain case"),
        valid("no session at the provider", ses="AAAAAAAAAAAA"),
        valid("no claims", claims={}),
        valid("no grants", bits=[]),
        valid("every grant", bits=list(range(256))),
        valid("the last grant only", bits=[255]),
        valid("one context", ctx=[context]),
        valid("four contexts", ctx=sorted(b64u(sha256(name))[:6] for name in (b"acr=mfa", b"acr=gold", b"amr=otp", b"amr=hwk"))),
        valid("an assertion hash", ah=b64u(sha256(b"assertion")[:16])),
        valid("a large generation", gen=36**7 - 1),
        valid("generation zero", gen=0),
        valid("claims beyond ASCII", claims={"name": "Zo\u00eb \u4e16\u754c", "groups": ["a", "b"], "n": 5, "b": True}),
        valid("the second key", kid="k8"),
        valid("it expires in a second", exp=NOW + 1),
        valid("seven digits of time", exp=36**6 + 5),
        {"name": "it expires now", "token": sign(fields(exp=NOW)), "verdict": "expired"},
        {"name": "it expired long ago", "token": sign(fields(exp=NOW - 86_400)), "verdict": "expired"},
        tampered("another kid that exists", 1, "k8"),
        {"name": "a kid nobody has", "token": sign(fields(kid="nokey")), "verdict": "kid"},
        {"name": "a kid named like a member of every object", "token": sign(fields(kid="valueof")), "verdict": "kid"},
        {"name": "a kid whose time to verify is over", "token": sign(fields(kid="old1"), session_key("old1")), "verdict": "kid"},
        tampered("another sid", 2, b64u(bytes(16))),
        tampered("another user", 3, fingerprint(ISSUER, "bob")),
        tampered("another session of the provider", 4, "AAAAAAAAAAAA"),
        tampered("a later login", 5, b36(NOW)),
        tampered("a later mint", 6, b36(NOW)),
        tampered("a later end", 7, b36(NOW + 99_999)),
        tampered("a newer generation", 8, "4"),
        tampered("more grants", 9, "ff"),
        tampered("a context added", 10, context),
        tampered("other claims", 11, b64u(b'{"email":"root@example.com"}')),
        tampered("an assertion hash added", 12, b64u(bytes(16))),
        {"name": "a character of the signature changed", "token": genuine[:-10] + other + genuine[-9:], "verdict": "mac"},
        {"name": "a signature of zeros", "token": message + "." + "A" * 43, "verdict": "mac"},
        {"name": "signed with the secret instead of the derived key", "token": sign(fields(), SECRETS["k7q2"]), "verdict": "mac"},
        {"name": "signed for another application", "token": sign(fields(), session_key("k7q2", CONFIGURATIONS[1])), "verdict": "mac"},
        {"name": "signed for another issuer", "token": sign(fields(), session_key("k7q2", CONFIGURATIONS[2])), "verdict": "mac"},
        {"name": "signed for another client id", "token": sign(fields(), session_key("k7q2", CONFIGURATIONS[3])), "verdict": "mac"},
        {"name": "signed for another mapping", "token": sign(fields(), session_key("k7q2", CONFIGURATIONS[4])), "verdict": "mac"},
        {"name": "the last character with stray bits", "token": genuine[:-1] + loose[genuine[-1]], "verdict": "format"},
        {"name": "empty", "token": "", "verdict": "format"},
        {"name": "a final line feed", "token": genuine + "\n", "verdict": "format"},
        {"name": "a leading space", "token": " " + genuine, "verdict": "format"},
        {"name": "quoted", "token": f'"{genuine}"', "verdict": "format"},
        {"name": "padded", "token": genuine + "=", "verdict": "format"},
        {"name": "no signature", "token": message, "verdict": "format"},
        {"name": "an empty signature", "token": message + ".", "verdict": "format"},
        {"name": "a field too many", "token": sign(fields() + ["x"]), "verdict": "format"},
        {"name": "a short signature", "token": genuine[:-1], "verdict": "format"},
        {"name": "longer than a token", "token": sign(fields()[:11] + ["A" * 2_000, ""]), "verdict": "format"},
        resigned("version 2", 0, "s2"),
        resigned("an upper-case version", 0, "S1"),
        resigned("an empty kid", 1, ""),
        resigned("a kid of nine characters", 1, "k7q2k7q2k"),
        resigned("an upper-case kid", 1, "K7Q2"),
        resigned("the prototype as kid", 1, "__proto__"),
        resigned("a short sid", 2, "A" * 21),
        resigned("a sid of plain base64", 2, "+" * 22),
        resigned("a long user", 3, "A" * 13),
        resigned("an empty session of the provider", 4, ""),
        resigned("a login of five digits", 5, "zzzzz"),
        resigned("a login of eight digits", 5, "10000000"),
        resigned("a login that is no number", 5, "NaN"),
        resigned("an upper-case time", 6, "TRO8W0"),
        resigned("a negative end", 7, "-tro8w"),
        resigned("an end with a decimal point's comma", 7, "tro8,0"),
        resigned("an empty end", 7, ""),
        resigned("an empty generation", 8, ""),
        resigned("a generation of eight digits", 8, "10000000"),
        resigned("upper-case grants", 9, "F"),
        resigned("grants beyond the last", 9, "0" * 64 + "1"),
        resigned("grants that are no digits", 9, "g"),
        resigned("half a context", 10, "AAA"),
        resigned("five contexts", 10, "A" * 30),
        resigned("claims of 1,025 characters", 11, "A" * 1_025),
        resigned("claims with padding", 11, "e30="),
        resigned("a short assertion hash", 12, "A" * 21),
        resigned("a letter beyond ASCII", 2, "\u00e9" * 22),
        resigned("a digit beyond ASCII", 5, "\u0661" * 6),
    ]


def vectors() -> dict:
    return {
        "about": "Session tokens. `configurations`: keys derived from each secret. `pepper`: fingerprints. `document` is the application document under which each case of `cases` is verified at `now` with empty pages; "
        "verdict is valid or the reason code. `session` of a valid case holds its fields, `bits` the grants.",
        "now": NOW,
        "configurations": [
            {
                **configuration,
                "binding": b64u(sha256(info(configuration)))[:22],
                "keys": [
                    {
                        "kid": kid,
                        "secret": b64u(secret),
                        "session": b64u(hkdf(secret, info(configuration))),
                        "transaction": b64u(hkdf(secret, lp("zt transaction v1") + lp(configuration["application"]))),
                        "refresh": b64u(hkdf(secret, lp("zt refresh v1") + lp(configuration["application"]))),
                    }
                    for kid, secret in SECRETS.items()
                ],
            }
            for configuration in CONFIGURATIONS
        ],
        "pepper": {
            "secret": b64u(PEPPER),
            "fingerprints": [
                {"issuer": issuer, "name": name, "fingerprint": fingerprint(issuer, name)}
                for issuer, name in [(ISSUER, "alice"), (ISSUER, "bob"), ("https://idp.example.org", "alice"), (ISSUER, "Zo\u00eb"), (ISSUER, "a" * 300)]
            ],
        },
        "handle": {"usr": BASE["usr"], "sid": BASE["sid"], "handle": BASE["usr"][:2] + BASE["sid"][:8], "page": "p:" + BASE["usr"][:2]},
        "document": json.dumps(
            {"v": 1, "nb": 0, "k": {kid: [b64u(session_key(kid)), 0, {"old1": NOW}.get(kid, 0)] for kid in SECRETS}},
            separators=(",", ":"),
        ),
        "cases": cases(),
    }
