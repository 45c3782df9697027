"""Messages of the store's queue: their form, their deduplication, and what they make of a page. Expectations are written by hand."""

import hashlib
import json

from .pages import LIFE, NEVER, NOW, block, page, slot, t

USR = "ppAAAAAAAAzz"
HANDLE = "ppSSSSSSSS"
PROVIDER = USR + "OOOOOOOO"
BASE = {"v": 1, "kind": "user", "key": USR, "at": NOW - 5, "application": "members", "source": "backchannel"}


def message(**changes) -> dict:
    return {name: value for name, value in {**BASE, **changes}.items() if value is not ...}


def body(**changes) -> str:
    return json.dumps(message(**changes), separators=(",", ":"))


SESSION = {"kind": "session", "key": HANDLE, "source": "logout"}
PROVIDER_SESSION = {"kind": "provider_session", "key": PROVIDER}


def parse_cases() -> list:
    good = {
        "a user": body(),
        "a session": body(**SESSION),
        "a session of the provider": body(**PROVIDER_SESSION),
        "a security event of CAEP": body(source="caep"),
        "a security event of RISC": body(source="risc"),
        "a session that names its user": body(**SESSION, user=USR),
        "the beginning of time": body(at=0),
        "a key with hyphen and underscore": body(key="-_" * 6),
    }
    bad = {
        "no text": "",
        "no JSON": "{",
        "null": "null",
        "a list": "[]",
        "a text": json.dumps(body()),
        "another version": body(v=2),
        "the version a text": body(v="1"),
        "no version": body(v=...),
        "no kind": body(kind=...),
        "an unknown kind": body(kind="everyone"),
        "a block": body(kind="block"),
        "a kind of the prototype": body(kind="__proto__"),
        "no key": body(key=...),
        "a key that is a number": body(key=5),
        "a short user": body(key=USR[:11]),
        "a long user": body(key=USR + "A"),
        "a user of plain base64": body(key="+" * 12),
        "a user with a line feed": body(key=USR + "\n"),
        "a handle as a user": body(key=HANDLE),
        "a user as a session": body(**{**SESSION, "key": USR}),
        "a short session of the provider": body(**{**PROVIDER_SESSION, "key": PROVIDER[:19]}),
        "a session that names a short user": body(**SESSION, user=USR[:11]),
        "a session that names a number as its user": body(**SESSION, user=5),
        "a session that names null as its user": body(**SESSION, user=None),
        "a session that names a user of another page": body(**SESSION, user="pqAAAAAAAAzz"),
        "no time": body(at=...),
        "a time that is a text": body(at=str(NOW)),
        "a time that is null": body(at=None),
        "a negative time": body(at=-1),
        "a time with a fraction": body(at=NOW + 0.5),
        "a time beyond the last of a page": body(at=36**6),
        "no application": body(application=...),
        "an application that is no name": body(application="../other"),
        "no source": body(source=...),
        "an unknown source": body(source="operator"),
    }
    keys = {"a user": "p:pp", "a key with hyphen and underscore": "p:-_"}
    return [{"name": name, "body": text, "valid": True, "page": keys.get(name, "p:pp")} for name, text in good.items()] + [
        {"name": name, "body": text, "valid": False} for name, text in bad.items()
    ]


def deduplication_cases() -> list:
    cases = []
    for changes in ({}, {"source": "risc", "application": "other"}, {"at": NOW}, SESSION, {**SESSION, "user": USR}, PROVIDER_SESSION):
        one = message(**changes)
        text = f"{one['kind']}.{one['key']}.{one['at']}"
        cases.append({"body": body(**changes), "text": text, "id": hashlib.sha256(text.encode("ascii")).hexdigest()})
    return cases


def sent(when: int = NOW - 4, **changes) -> dict:
    """A message as it is received: SentTimestamp is in milliseconds, and a second that has begun does not count."""
    return {"body": body(**changes), "sent_ms": when * 1000 + 999}


def of_one(number: int, **changes) -> dict:
    return sent(**{**SESSION, "key": f"pp{number:08}", "user": USR, **changes})


def page_cases() -> list:
    u, s, o = (lambda seconds: slot("u", "AAAAAAAA", seconds)), (lambda seconds: slot("s", "SSSSSSSS", seconds)), (lambda seconds: slot("o", "OOOOOOOO", seconds))
    others = [slot("s", f"{n:08}", NOW - 10) for n in range(60)]
    stands, ended = block("BBBBBBBB", NEVER, "IIIIIIII", 5), block("BBBBBBBB", t(NOW), "JJJJJJJJ", 5)
    many = [block(f"{n:08}", NEVER, "IIIIIIII", 5) for n in range(33)]

    def case(name, before, messages, after, life=LIFE):
        return {"name": name, "page": before, "messages": messages, "after": after, "life": life}

    return [
        case("a user", page(0), [sent()], page(0, u(NOW - 5))),
        case("a session", page(0), [sent(**SESSION)], page(0, s(NOW - 5))),
        case("a session of the provider", page(0), [sent(**PROVIDER_SESSION)], page(0, o(NOW - 5))),
        case("all three, sorted by their text", page(0), [sent(), sent(**SESSION), sent(**PROVIDER_SESSION)], page(0, o(NOW - 5), s(NOW - 5), u(NOW - 5))),
        case("a time of the future counts as the time it was sent", page(0), [sent(NOW - 4, at=NOW + 900)], page(0, u(NOW - 4))),
        case("the same message again", page(0, u(NOW - 5)), [sent()], page(0, u(NOW - 5))),
        case("the same message twice", page(0), [sent(), sent()], page(0, u(NOW - 5))),
        case("an older message lowers nothing", page(0, u(NOW - 5)), [sent(at=NOW - 50)], page(0, u(NOW - 5))),
        case("a later message raises the time", page(0, u(NOW - 50)), [sent()], page(0, u(NOW - 5))),
        case("the latest of several, whatever their order", page(0), [sent(at=NOW - 7), sent(at=NOW - 5), sent(at=NOW - 6)], page(0, u(NOW - 5))),
        case("a message as old as the longest session", page(0), [sent(at=NOW - LIFE)], page(0, u(NOW - LIFE))),
        case("a message older than every session", page(0), [sent(at=NOW - LIFE - 1)], page(0)),
        case("what has expired goes with the next write", page(0, slot("s", "TTTTTTTT", NOW - LIFE - 1)), [sent()], page(0, u(NOW - 5))),
        case("entries of others stay", page(9, slot("o", "PPPPPPPP", NOW), slot("s", "TTTTTTTT", NOW), slot("u", "UUUUUUUU", NOW)), [sent()], page(9, slot("o", "PPPPPPPP", NOW), slot("s", "TTTTTTTT", NOW), u(NOW - 5), slot("u", "UUUUUUUU", NOW))),
        case("a block stays, an ended one goes", page(0, stands, ended), [sent()], page(0, stands, u(NOW - 5))),
        case("without the store's lifetime nothing is pruned but ended blocks", page(0, stands, ended, slot("s", "TTTTTTTT", 5)), [sent()], page(0, stands, slot("s", "TTTTTTTT", 5), u(NOW - 5)), life=None),
        case("eight sessions of one user", page(0), [of_one(n) for n in range(8)], page(0, *(slot("s", f"{n:08}", NOW - 5) for n in range(8)))),
        case("nine sessions of one user become the user", page(0), [of_one(n) for n in range(9)], page(0, u(NOW - 5))),
        case("nine sessions of one user, one of them twice", page(0), [of_one(n) for n in [*range(8), 0]], page(0, *(slot("s", f"{n:08}", NOW - 5) for n in range(8)))),
        case("nine sessions of two users", page(0), [of_one(n, user=USR if n % 2 else "ppBBBBBBBBzz") for n in range(9)], page(0, *(slot("s", f"{n:08}", NOW - 5) for n in range(9)))),
        case("nine sessions of nobody known", page(0), [of_one(n, user=...) for n in range(9)], page(0, *(slot("s", f"{n:08}", NOW - 5) for n in range(9)))),
        case("nine sessions of one user, the latest time counts", page(0), [*(of_one(n, at=NOW - 90) for n in range(8)), of_one(8, at=NOW - 60)], page(0, u(NOW - 60))),
        case("sixty slots are not too many", page(0, *others[:59]), [sent()], page(0, *others[:59], u(NOW - 5))),
        case("61 slots collapse into the page", page(0, *others), [sent()], page(NOW)),
        case("sixty slots that hold it already stay", page(0, *others[:59], u(NOW - 5)), [sent()], page(0, *others[:59], u(NOW - 5))),
        case("blocks survive the collapse", page(0, *many), [sent()], page(NOW, *many)),
        case("a page that cannot be read is not overwritten", "1000000x", [sent()], None),
        case("an empty value is no page", "", [sent()], None),
    ]


def vectors() -> dict:
    return {
        "about": "The store's queue. `parse`: whether a body is a message, and the key of its page; one that is not goes to the dead letters. `deduplication`: the id of a message. `pages`: the page after a batch of messages received at `now`, `life` the longest session lifetime (null: unknown, nothing is pruned "
        "but blocks whose end has passed), `sent_ms` as SQS says it; `after` null: the page is a fault, stays as it is, and its messages are reported as failed.",
        "now": NOW,
        "parse": parse_cases(),
        "deduplication": deduplication_cases(),
        "pages": page_cases(),
    }
