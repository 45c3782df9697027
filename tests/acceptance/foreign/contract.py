"""The edge contract, sections 1 and 2, as somebody else would write it down: pages, fingerprints, cookies, and writes of the store.

Runs after the preamble of `store.rs`, which brings botocore's clients (`cloudfront`, `keyvalue`, `arn`) and `pairs`.
"""

import base64, concurrent.futures, hashlib, hmac, random, struct, time
from email.utils import parsedate_to_datetime

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
PAGES = [one + two for one in ALPHABET for two in ALPHABET]
FIELDS = ["version", "kid", "sid", "usr", "ses", "lt", "iat", "exp", "gen", "grants", "ctx", "claims", "ah"]
KEYS_PER_WRITE = 50


def b64u(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def raw(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def b36(number):
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits.rjust(6, "0")


# ---- pages ----------------------------------------------------------------------------------------------------


def read(page):
    """The not-before of a page, and its entries by kind and name; of a block the name is user and resource."""
    assert page[0] == "1" and len(page) <= 1024 and (len(page) - 7) % 15 == 0, page
    entries = {}
    slots = [page[at : at + 15] for at in range(7, len(page), 15)]
    for before, slot in zip([None, *slots], slots):
        kind, name, at = slot[0], slot[1:9], int(slot[9:], 36)
        assert kind in "usobi" and (kind == "i") == (before is not None and before[0] == "b"), page
        if kind == "i":
            entries["b", before[1:9] + name] = int(before[9:], 36)
        elif kind != "b":
            assert (kind, name) not in entries, page
            entries[kind, name] = at
    return int(page[1:7], 36), entries


def slots_of(page):
    return (len(page) - 7) // 15


def with_slots(page, new):
    """The page with these slots of one kind each, which it did not hold."""
    slots = [page[at : at + 15] for at in range(7, len(page), 15)]
    joined = [slot + (slots[at + 1] if slot[0] == "b" else "") for at, slot in enumerate(slots) if slot[0] != "i"]
    return page[:7] + "".join(sorted([*joined, *new]))


def slot(kind, name, at):
    return kind + name + b36(at)


def everything():
    return {key[2:]: value for key, value in pairs() if key.startswith("p:")}


# ---- people and sessions ---------------------------------------------------------------------------------------


def pepper():
    secret = boto3.client("secretsmanager").get_secret_value(SecretId="zt/main/pepper")
    return raw(json.loads(secret["SecretString"])["pepper"])


def fingerprint(key, issuer, name):
    lengthed = b"".join(struct.pack(">I", len(text)) + text for text in (issuer.encode(), name.encode()))
    return b64u(hmac.new(key, lengthed, hashlib.sha256).digest()[:9])


def subjects_on(page, issuer, wanted):
    """Names of users whose fingerprints all lie on one page."""
    key, found, number = pepper(), {}, 0
    while len(found) < wanted:
        number += 1
        name = f"crowd-{number}"
        usr = fingerprint(key, issuer, name)
        if usr.startswith(page):
            found[name] = usr
    return found


def invented(label, page):
    """A session of nobody on a page, the same for the same label."""
    digest = hashlib.sha256(label.encode()).digest()
    return {"usr": page + b64u(digest[16:])[:10], "sid": b64u(digest[:16]), "ses": "A" * 12}


def handle(session):
    return session["usr"][:2] + session["sid"][:8]


class Mint:
    """Makes sessions as whoever can read the store can: from a real one, with the key of the application's document."""

    def __init__(self, cookie, application="members"):
        self.fields = dict(zip(FIELDS, cookie.split(".")))
        document = json.loads(keyvalue.get_key(KvsARN=arn, Key=f"a:{application}")["Value"])
        self.key = raw(document["k"][self.fields["kid"]][0])
        assert self.session({}) == cookie, "the real cookie is not what the contract says"

    def session(self, changes):
        signed = ".".join({**self.fields, **changes}.values())
        return signed + "." + b64u(hmac.new(self.key, signed.encode(), hashlib.sha256).digest())


# ---- writing the store -----------------------------------------------------------------------------------------


def aws_time():
    described = keyvalue.describe_key_value_store(KvsARN=arn)
    return int(parsedate_to_datetime(described["ResponseMetadata"]["HTTPHeaders"]["date"]).timestamp())


def write(values):
    """All values in writes of fifty, each based on the answer to the one before; how many writes."""
    etag, pending, writes = version(), list(values.items()), 0
    while pending:
        some, pending = pending[:KEYS_PER_WRITE], pending[KEYS_PER_WRITE:]
        puts = [{"Key": f"p:{page}", "Value": value} for page, value in some]
        etag = keyvalue.update_keys(KvsARN=arn, IfMatch=etag, Puts=puts)["ETag"]
        writes += 1
    return writes


def add(page, new):
    """One writer among many: reads, adds, writes if nobody was faster, else again; how many tries."""
    tries = 0
    while True:
        tries += 1
        etag = version()
        text = keyvalue.get_key(KvsARN=arn, Key=f"p:{page}")["Value"]
        puts = [{"Key": f"p:{page}", "Value": with_slots(text, [new])}]
        try:
            keyvalue.update_keys(KvsARN=arn, IfMatch=etag, Puts=puts)
            return tries
        except keyvalue.exceptions.ConflictException:
            time.sleep(random.random() * min(tries, 10) / 5)
