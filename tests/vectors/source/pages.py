"""Revocation pages: their form, what they refuse, how they merge and settle. All expectations are written by hand."""

from .encoding import b36

NOW = 1_800_000_000
LIFE = 43_200
USR = "ppAAAAAAAAzz"
SID = "SSSSSSSSxxxxxxxxxxxxxx"
SES = "OOOOOOOOyyyy"


def t(seconds: int) -> str:
    return b36(seconds).rjust(6, "0")


def slot(kind: str, name: str, seconds: int) -> str:
    assert len(name) == 8
    return kind + name + t(seconds)


def block(name: str, end: str, owner: str, when: int) -> str:
    return "b" + name + end + slot("i", owner, when)


def page(nb: int, *slots: str) -> str:
    return "1" + t(nb) + "".join(slots)


U = USR[2:10]
S = SID[:8]
O = SES[:8]
NEVER = "zzzzzz"


def parse_cases() -> list:
    good = {
        "empty": "1000000",
        "a not-before of its own": page(NOW),
        "one of each": page(0, block("BBBBBBBB", NEVER, "IIIIIIII", NOW), slot("o", O, NOW), slot("s", S, NOW), slot("u", U, NOW)),
        "any order": page(0, slot("u", U, NOW), slot("s", S, NOW), block("BBBBBBBB", NEVER, "IIIIIIII", NOW), slot("o", O, NOW)),
        "the same slot twice": page(0, slot("u", U, NOW), slot("u", U, NOW - 1)),
        "all 67 slots": page(0, *(slot("s", f"{n:08}", NOW) for n in range(67))),
        "fingerprints with hyphen and underscore": page(0, slot("s", "-_-_-_-_", NOW)),
    }
    bad = {
        "no text at all": "",
        "version 2": "2000000",
        "a short head": "100000",
        "an upper-case time in the head": "100000A",
        "half a slot": "1000000u" + U,
        "one character too many": "1000000" + "x",
        "an unknown kind": page(0, slot("x", U, NOW)),
        "a kind in upper case": page(0, slot("U", U, NOW)),
        "an id without a block": page(0, slot("i", "IIIIIIII", NOW)),
        "a block without an id": page(0, "b" + U + NEVER),
        "a block followed by a user": page(0, "b" + U + NEVER, slot("u", U, NOW)),
        "two ids for one block": page(0, block(U, NEVER, "IIIIIIII", NOW), slot("i", "JJJJJJJJ", NOW)),
        "a fingerprint of plain base64": page(0, slot("u", "++++++++", NOW)),
        "an upper-case time": page(0, "u" + U + "TRO8W0"),
        "a space as time": page(0, "u" + U + "      "),
        "a final line feed": "1000000\n",
        "a final space": "1000000 ",
        "68 slots": page(0, *(slot("s", f"{n:08}", NOW) for n in range(68))),
        "beyond ASCII": "1000000u\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9" + t(NOW),
        "JSON": "{}",
    }
    return [{"name": name, "page": text, "valid": True} for name, text in good.items()] + [
        {"name": name, "page": text, "valid": False} for name, text in bad.items()
    ]


def judge_cases() -> list:
    def case(name, verdict, text, lt=NOW - 100, usr=USR, sid=SID, ses=SES):
        return {"name": name, "page": text, "usr": usr, "sid": sid, "ses": ses, "lt": lt, "verdict": verdict}

    return [
        case("an empty page", "pass", page(0)),
        case("the user, later than the login", "notbefore", page(0, slot("u", U, NOW - 99))),
        case("the user, at the second of the login", "notbefore", page(0, slot("u", U, NOW - 100))),
        case("the user, a second before the login", "pass", page(0, slot("u", U, NOW - 101))),
        case("another user", "pass", page(0, slot("u", "CCCCCCCC", NOW))),
        case("the user's characters as a session", "pass", page(0, slot("s", U, NOW))),
        case("the user's characters across two slots", "pass", page(0, slot("s", "ssssAAAA", NOW), slot("s", "AAAAssss", NOW))),
        case("the second of two slots of one user", "notbefore", page(0, slot("u", U, 5), slot("u", U, NOW))),
        case("the first of two slots of one user", "notbefore", page(0, slot("u", U, NOW), slot("u", U, 5))),
        case("the session", "revoked", page(0, slot("s", S, NOW))),
        case("the session, revoked before the login", "revoked", page(0, slot("s", S, 5))),
        case("another session", "pass", page(0, slot("s", "TTTTTTTT", NOW))),
        case("the session of the provider, later than the login", "notbefore", page(0, slot("o", O, NOW))),
        case("the session of the provider, before the login", "pass", page(0, slot("o", O, NOW - 101))),
        case("zeros are no session of the provider", "pass", page(0, slot("o", "AAAAAAAA", NOW)), ses="AAAAAAAAAAAA"),
        case("a session of the provider that begins with zeros", "notbefore", page(0, slot("o", "AAAAAAAA", NOW)), ses="AAAAAAAAAAAB"),
        case("the page's own not-before, later than the login", "notbefore", page(NOW - 99)),
        case("the page's own not-before, at the login", "notbefore", page(NOW - 100)),
        case("the page's own not-before, before the login", "pass", page(NOW - 101)),
        case("a block without end", "blocked", page(0, block(U, NEVER, "IIIIIIII", NOW))),
        case("a block until the next second", "blocked", page(0, block(U, t(NOW + 1), "IIIIIIII", 5))),
        case("a block until now", "pass", page(0, block(U, t(NOW), "IIIIIIII", 5))),
        case("a block without end, set long ago", "blocked", page(0, block(U, NEVER, "IIIIIIII", 5))),
        case("a block of another user", "pass", page(0, block("CCCCCCCC", NEVER, "IIIIIIII", NOW))),
        case("the user's characters as the id of a block", "pass", page(0, block("CCCCCCCC", NEVER, U, NOW))),
        case("an ended block beside one that stands", "blocked", page(0, block(U, t(5), "IIIIIIII", 5), block(U, NEVER, "JJJJJJJJ", 5))),
        case("a standing block before an ended one", "blocked", page(0, block(U, NEVER, "IIIIIIII", 5), block(U, t(5), "JJJJJJJJ", 5))),
        case("a block wins over a revoked session", "blocked", page(0, slot("s", S, NOW), block(U, NEVER, "IIIIIIII", 5))),
        case("a block wins over not-befores", "blocked", page(NOW, slot("u", U, NOW), block(U, NEVER, "IIIIIIII", 5))),
        case("a revoked session wins over not-befores", "revoked", page(NOW, slot("s", S, NOW), slot("u", U, NOW))),
        case("a login of seven digits", "pass", page(0, slot("u", U, NOW)), lt=36**6),
    ]


def merge_cases() -> list:
    u5, u6 = slot("u", U, 5), slot("u", U, 6)
    s5, o5 = slot("s", S, 5), slot("o", O, 5)
    short, long = block(U, t(NOW), "IIIIIIII", 5), block(U, NEVER, "IIIIIIII", 4)
    other = block(U, t(NOW), "JJJJJJJJ", 5)
    return [
        {"name": "nothing", "pages": [page(0), page(0)], "merged": page(0)},
        {"name": "the later not-before of the page", "pages": [page(3), page(7)], "merged": page(7)},
        {"name": "the later time of a user", "pages": [page(0, u5), page(0, u6)], "merged": page(0, u6)},
        {"name": "kinds stay apart and are sorted", "pages": [page(0, u5, s5), page(0, o5)], "merged": page(0, o5, s5, u5)},
        {"name": "the longer block, the later setting", "pages": [page(0, short), page(0, long)], "merged": page(0, block(U, NEVER, "IIIIIIII", 5))},
        {"name": "blocks of two resources stand side by side", "pages": [page(0, other), page(0, short)], "merged": page(0, short, other)},
        {"name": "the same page twice", "pages": [page(9, s5, u5), page(9, s5, u5)], "merged": page(9, s5, u5)},
    ]


def settle_cases() -> list:
    fresh = [slot("s", f"{n:08}", NOW - 10) for n in range(60)]
    blocks = [block(f"{n:08}", NEVER, "IIIIIIII", 5) for n in range(34)]
    return [
        {"name": "nothing", "page": page(0), "settled": page(0)},
        {"name": "entries as old as the longest session stay", "page": page(0, slot("u", U, NOW - LIFE)), "settled": page(0, slot("u", U, NOW - LIFE))},
        {"name": "older entries go", "page": page(0, slot("o", O, NOW - LIFE - 1), slot("s", S, NOW - LIFE - 1), slot("u", U, NOW - LIFE - 1)), "settled": page(0)},
        {"name": "a block goes with its end, not with its age", "page": page(0, block(U, t(NOW), "IIIIIIII", NOW), block(U, NEVER, "JJJJJJJJ", 5)), "settled": page(0, block(U, NEVER, "JJJJJJJJ", 5))},
        {"name": "sixty slots are not too many", "page": page(0, *fresh), "settled": page(0, *fresh)},
        {"name": "61 slots collapse into the page", "page": page(0, *fresh, slot("u", U, NOW)), "settled": page(NOW)},
        {"name": "a block survives the collapse", "page": page(0, block("BBBBBBBB", NEVER, "IIIIIIII", NOW), *fresh), "settled": page(NOW, block("BBBBBBBB", NEVER, "IIIIIIII", NOW))},
        {"name": "an entry of the future survives the collapse", "page": page(0, *fresh, slot("u", U, NOW + 5)), "settled": page(NOW, slot("u", U, NOW + 5))},
        {"name": "33 blocks fit", "page": page(0, *blocks[:33]), "settled": page(0, *blocks[:33])},
    ]


def vectors() -> dict:
    return {
        "about": "Revocation pages. `parse`: whether a text is a page; a page that is not valid is a fault (503). `judge`: the verdict on a session at `now` (pass, notbefore, revoked, blocked). "
        "`merge`: the canonical text of two pages merged, in either order. `settle`: the canonical text after pruning and collapsing at `now` with sessions of at most `life` seconds.",
        "now": NOW,
        "life": LIFE,
        "parse": parse_cases(),
        "judge": judge_cases(),
        "merge": merge_cases(),
        "settle": settle_cases(),
    }
