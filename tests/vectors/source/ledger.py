"""The grant ledger: digests of policies, and which bit means what after each edit. Bits and births are written by hand."""

import json

from .encoding import b64u, sha256

STAFF = {"require": [{"groups": ["staff"]}], "any": [], "none": []}
STAFF_2 = {"require": [{"groups": ["staff", "dev"]}], "any": [], "none": []}
STAFF_2_OTHER_ORDER = {"require": [{"groups": ["dev", "staff", "dev"]}]}
ADMINS = {"require": [{"groups": ["admins"]}], "any": [{"emails": ["B@x.org", "a@x.org"]}, {"email_domains": ["X.org"]}], "none": [{"users": ["eve"]}]}
EVERYONE = {"require": [{"authenticated": True}]}
CLAIMS = {"any": [{"claims": {"b": ["2", "1"], "a": ["Zo\u00eb \"q\" \\ / \u0001"]}}]}


def canonical(policy: dict) -> str:
    def selector(written: dict) -> dict:
        done = {}
        for name, value in written.items():
            if name == "claims":
                value = {claim: sorted(set(values)) for claim, values in value.items()}
            elif isinstance(value, list):
                lower = name in ("emails", "email_domains")
                value = sorted({one.lower() if lower else one for one in value})
            done[name] = value
        return done

    def write(value) -> str:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    lists = {}
    for name in ("require", "any", "none"):
        lists[name] = [json.loads(one) for one in sorted({write(selector(one)) for one in policy.get(name, [])})]
    return write(lists)


def vectors() -> dict:
    digests = []
    for name, policy in [("a group", STAFF), ("two groups", STAFF_2), ("two groups, other order, repeated, lists left out", STAFF_2_OTHER_ORDER), ("everything", ADMINS), ("everyone", EVERYONE), ("claims", CLAIMS)]:
        text = canonical(policy)
        digests.append({"name": name, "policy": policy, "canonical": text, "digest": b64u(sha256(text.encode("utf-8")))[:22]})
    steps = [
        ("the first document", {"staff": STAFF}, 1, {"staff": [0, 1]}),
        ("nothing changed", {"staff": STAFF}, 1, {"staff": [0, 1]}),
        ("a policy added", {"admins": ADMINS, "staff": STAFF}, 2, {"admins": [1, 2], "staff": [0, 1]}),
        ("a policy edited", {"admins": ADMINS, "staff": STAFF_2}, 3, {"admins": [1, 2], "staff": [2, 3]}),
        ("the same meaning in another order", {"admins": ADMINS, "staff": STAFF_2_OTHER_ORDER}, 3, {"admins": [1, 2], "staff": [2, 3]}),
        ("a policy removed", {"staff": STAFF_2}, 3, {"staff": [2, 3]}),
        ("a policy returns", {"admins": ADMINS, "staff": STAFF_2}, 4, {"admins": [1, 4], "staff": [2, 3]}),
        ("an earlier text returns", {"admins": ADMINS, "staff": STAFF}, 5, {"admins": [1, 4], "staff": [0, 5]}),
        ("the same text under another name", {"admins": ADMINS, "crew": STAFF, "staff": STAFF}, 6, {"admins": [1, 4], "crew": [3, 6], "staff": [0, 5]}),
        ("everything removed", {}, 6, {}),
    ]
    return {
        "about": "The grant ledger. `digests`: canonical JSON and digest of a policy. `steps`: one membership document after the other, with the generation and [bit, birth] of each policy in force.",
        "digests": digests,
        "steps": [{"name": name, "policies": policies, "gen": gen, "bits": bits} for name, policies, gen, bits in steps],
    }
