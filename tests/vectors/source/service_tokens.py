"""Service tokens: their documents, and what a presented token is worth. Verdicts are written by hand."""

import json

from .encoding import b64u, sha256

NOW = 1_800_000_000
APPLICATION = "members"
ID = b64u(bytes(range(9)))
PRESENT = b64u(sha256(b"the present secret"))
EARLIER = b64u(sha256(b"the earlier secret"))
WRONG = b64u(sha256(b"no secret of this token"))


def digest(secret: str, application: str = APPLICATION, id: str = ID) -> str:
    return b64u(sha256(f"{application}.{id}.{secret}".encode("ascii")))


def document(*secrets, **changes) -> dict:
    whole = {"v": 1, "n": "ci", "s": [list(one) for one in secrets]}
    return {name: value for name, value in {**whole, **changes}.items() if value is not ...}


ONE = (digest(PRESENT), 0)
ENDING = (digest(EARLIER), NOW + 60)
ENDED = (digest(EARLIER), NOW)


def documents() -> list:
    good = {
        "one secret": document(ONE),
        "two secrets": document(ONE, ENDING),
        "an ended secret": document(ONE, ENDED),
        "a name of 32 characters": document(ONE, n="a" * 32),
        "a name of digits and hyphens": document(ONE, n="0-1"),
    }
    bad = {
        "another version": document(ONE, v=2),
        "the version a text": document(ONE, v="1"),
        "no version": document(ONE, v=...),
        "no name": document(ONE, n=...),
        "an empty name": document(ONE, n=""),
        "a name of 33 characters": document(ONE, n="a" * 33),
        "an upper-case name": document(ONE, n="CI"),
        "a name with a line feed": document(ONE, n="ci\n"),
        "a name with a space": document(ONE, n="a b"),
        "a name that is a number": document(ONE, n=5),
        "no secrets": document(ONE, s=...),
        "an empty list of secrets": document(),
        "three secrets": document(ONE, ENDING, ENDED),
        "secrets null": document(ONE, s=None),
        "a secret that is a text": document(ONE, s=[ONE[0]]),
        "a secret without a time": document(ONE, s=[[ONE[0]]]),
        "a secret with a third part": document(ONE, s=[[ONE[0], 0, 0]]),
        "a short hash": document(ONE, s=[[ONE[0][:-1], 0]]),
        "a hash of plain base64": document(ONE, s=[["+" + ONE[0][1:], 0]]),
        "a hash that is a number": document(ONE, s=[[5, 0]]),
        "a time that is a text": document(ONE, s=[[ONE[0], "0"]]),
        "a time that is null": document(ONE, s=[[ONE[0], None]]),
        "a negative time": document(ONE, s=[[ONE[0], -1]]),
        "a time with a fraction": document(ONE, s=[[ONE[0], 0.5]]),
        "a wrong second secret": document(ONE, s=[list(ONE), [ENDING[0]]]),
    }
    cases = [{"name": name, "document": json.dumps(one, separators=(",", ":")), "valid": True} for name, one in good.items()]
    cases += [{"name": name, "document": json.dumps(one, separators=(",", ":")), "valid": False} for name, one in bad.items()]
    return cases + [{"name": name, "document": text, "valid": False} for name, text in {"no text": "", "no JSON": "{", "null": "null", "a list": "[]", "a number": "1"}.items()]


def presented() -> list:
    """`verdict`: valid, token (401), or absent where no document is asked for because the form is wrong (401 too)."""
    rows = [
        ("the present secret", document(ONE), f"{ID}.{PRESENT}", "valid"),
        ("the present of two", document(ONE, ENDING), f"{ID}.{PRESENT}", "valid"),
        ("the earlier of two, before its end", document(ONE, ENDING), f"{ID}.{EARLIER}", "valid"),
        ("the earlier of two, at its end", document(ONE, ENDED), f"{ID}.{EARLIER}", "token"),
        ("the present beside an ended one", document(ONE, ENDED), f"{ID}.{PRESENT}", "valid"),
        ("the present at its own end", document((digest(PRESENT), NOW)), f"{ID}.{PRESENT}", "token"),
        ("the present a second before its end", document((digest(PRESENT), NOW + 1)), f"{ID}.{PRESENT}", "valid"),
        ("another secret", document(ONE, ENDING), f"{ID}.{WRONG}", "token"),
        ("the hash as secret", document(ONE), f"{ID}.{ONE[0]}", "token"),
        ("the hash for another application", document((digest(PRESENT, application="other"), 0)), f"{ID}.{PRESENT}", "token"),
        ("the hash for another id", document((digest(PRESENT, id="AAAAAAAAAAAA"), 0)), f"{ID}.{PRESENT}", "token"),
        ("the hash of the secret alone", document((b64u(sha256(PRESENT.encode("ascii"))), 0)), f"{ID}.{PRESENT}", "token"),
        ("no document", None, f"{ID}.{PRESENT}", "token"),
    ]
    forms = {
        "no secret": ID,
        "an empty secret": f"{ID}.",
        "a short id": f"{ID[1:]}.{PRESENT}",
        "a long id": f"A{ID}.{PRESENT}",
        "a short secret": f"{ID}.{PRESENT[1:]}",
        "a long secret": f"{ID}.A{PRESENT}",
        "stray bits in the last character": f"{ID}.{PRESENT[:-1]}B",
        "padding": f"{ID}.{PRESENT}=",
        "plain base64": f"{ID}.+{PRESENT[1:]}",
        "a third part": f"{ID}.{PRESENT}.A",
        "a space": f" {ID}.{PRESENT}",
        "a final line feed": f"{ID}.{PRESENT}\n",
        "nothing": "",
    }
    cases = [
        {"name": name, "document": one and json.dumps(one, separators=(",", ":")), "token": token, "form": True, "verdict": verdict} for name, one, token, verdict in rows
    ]
    return cases + [{"name": name, "document": json.dumps(document(ONE), separators=(",", ":")), "token": token, "form": False, "verdict": "token"} for name, token in forms.items()]


def vectors() -> dict:
    return {
        "about": "Service tokens. `documents`: whether a value of `t:<application>:<id>` is a document; one that is not is a fault (503). `presented`: the verdict on a token at `now`: valid, or token (401); `form` false: it is no token, whatever is stored. `document` null: there is none.",
        "now": NOW,
        "application": APPLICATION,
        "id": ID,
        "key": f"t:{APPLICATION}:{ID}",
        "hashes": [{"secret": secret, "hash": digest(secret)} for secret in (PRESENT, EARLIER)],
        "documents": documents(),
        "presented": presented(),
    }
