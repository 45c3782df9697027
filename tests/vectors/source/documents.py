"""Application and store documents: what is one, which keys verify, and what holds for everyone."""

import json

from .encoding import b64u, sha256

NOW = 1_800_000_000
KEY = b64u(sha256(b"a derived key"))
RIGHT = {"v": 1, "nb": NOW - 50, "k": {"k1": [KEY, 0, 0], "k2": [KEY, NOW + 600, NOW + 601], "k3": [KEY, 0, NOW]}, "e": {"AAAAAAAA": NOW}}


def application(**changes) -> dict:
    return {name: value for name, value in {**RIGHT, **changes}.items() if value is not ...}


def application_cases() -> list:
    good = {
        "the full form": (application(), ["k1", "k2"], NOW - 50, False),
        "no blocks of everyone": (application(e=...), ["k1", "k2"], NOW - 50, False),
        "an empty map of blocks": (application(e={}), ["k1", "k2"], NOW - 50, False),
        "a block without end": (application(e={"AAAAAAAA": 0}), ["k1", "k2"], NOW - 50, True),
        "a block until the next second": (application(e={"AAAAAAAA": NOW + 1}), ["k1", "k2"], NOW - 50, True),
        "an ended block beside a standing one": (application(e={"AAAAAAAA": 5, "BBBBBBBB": 0}), ["k1", "k2"], NOW - 50, True),
        "no keys": (application(k={}), [], NOW - 50, False),
        "nobody revoked": (application(nb=0), ["k1", "k2"], 0, False),
    }
    bad = {
        "another version": application(v=2),
        "the version a string": application(v="1"),
        "no version": application(v=...),
        "no not-before": application(nb=...),
        "the not-before a string": application(nb="0"),
        "the not-before null": application(nb=None),
        "a negative not-before": application(nb=-1),
        "a not-before with a fraction": application(nb=1.5),
        "no keys": application(k=...),
        "keys null": application(k=None),
        "keys a list": application(k=[["k1", KEY, 0, 0]]),
        "a key that is no list": application(k={"k1": KEY}),
        "a key without times": application(k={"k1": [KEY]}),
        "a key with an end that is a string": application(k={"k1": [KEY, 0, "0"]}),
        "a key with an end that is null": application(k={"k1": [KEY, 0, None]}),
        "a short key": application(k={"k1": [KEY[:-1], 0, 0]}),
        "a key that is a number": application(k={"k1": [5, 0, 0]}),
        "blocks null": application(e=None),
        "blocks a list": application(e=["AAAAAAAA"]),
        "a block whose end is a string": application(e={"AAAAAAAA": "0"}),
        "a block whose end is null": application(e={"AAAAAAAA": None}),
        "a block whose end is negative": application(e={"AAAAAAAA": -1}),
    }
    cases = []
    for name, (document, keys, not_before, blocked) in good.items():
        text = json.dumps(document, separators=(",", ":"))
        cases.append({"name": name, "document": text, "valid": True, "keys": keys, "nb": not_before, "blocked": blocked})
    for name, document in bad.items():
        cases.append({"name": name, "document": json.dumps(document, separators=(",", ":")), "valid": False})
    for name, text in {"empty": "", "no JSON": "{", "a list": "[]", "null": "null", "a number": "1"}.items():
        cases.append({"name": name, "document": text, "valid": False})
    return cases


def vectors() -> dict:
    return {
        "about": "Application documents of the store. A document that is not valid is a fault (503). Of a valid one: `keys` that verify at `now`, the not-before, and whether a block of everyone stands.",
        "now": NOW,
        "application": application_cases(),
    }
