"""Membership policies and whether a user meets them. All expectations are written by hand."""

MAPPING = {"user": "sub", "email": "email", "groups": "groups", "roles": "roles", "session": "sid"}
ALICE = {
    "sub": "alice", "email": "Alice@Example.COM", "email_verified": True, "groups": ["staff", "dev"], "roles": ["editor"],
    "tenant": "t1", "level": 5, "beta": True, "tags": ["x", "y"],
}


def without(*names, **changes) -> dict:
    return {**{name: value for name, value in ALICE.items() if name not in names}, **changes}


def require(*selectors, **lists) -> dict:
    return {"require": list(selectors), "any": [], "none": [], **lists}


STAFF = {"groups": ["staff"]}
OTHERS = {"groups": ["others"]}
KNOWN = {"authenticated": True}


def cases() -> list:
    def both(name, selector, claims, holds):
        """`holds`: True, False, or None for undecidable; judged in `require` and in `none`."""
        return [
            {"name": name, "policy": require(selector), "claims": claims, "met": holds is True},
            {"name": name + ", excluded", "policy": require(KNOWN, none=[selector]), "claims": claims, "met": holds is False},
        ]

    lists = [
        ("a group", STAFF, ALICE, True),
        ("another group", OTHERS, ALICE, False),
        ("one of two groups", {"groups": ["others", "dev"]}, ALICE, True),
        ("no group wanted", {"groups": []}, ALICE, False),
        ("a user without groups", STAFF, without(groups=[]), False),
        ("no groups claim", STAFF, without("groups"), None),
        ("groups null", STAFF, without(groups=None), None),
        ("groups a string", STAFF, without(groups="staff"), None),
        ("groups a string that contains the name", STAFF, without(groups="superstaff"), None),
        ("groups an object", STAFF, without(groups={"staff": True}), None),
        ("groups with a number", STAFF, without(groups=["staff", 1]), None),
        ("groups with null", STAFF, without(groups=["staff", None]), None),
        ("groups in a list of lists", STAFF, without(groups=[["staff"]]), None),
        ("a group in another case", {"groups": ["Staff"]}, ALICE, False),
        ("a part of a group's name", {"groups": ["sta"]}, ALICE, False),
        ("groups beyond the overage", STAFF, without("groups", _claim_names={"groups": "src1"}), None),
        ("groups beside an overage", STAFF, without(_claim_names={"groups": "src1"}), None),
        ("an overage of something else", STAFF, without(_claim_names={"other": "src1"}), True),
        ("a role", {"roles": ["editor"]}, ALICE, True),
        ("another role", {"roles": ["admin"]}, ALICE, False),
        ("roles a string", {"roles": ["editor"]}, without(roles="editor"), None),
        ("an e-mail address, whatever the case", {"emails": ["alice@example.com"]}, ALICE, True),
        ("an e-mail address listed in upper case", {"emails": ["ALICE@EXAMPLE.COM"]}, ALICE, True),
        ("another e-mail address", {"emails": ["bob@example.com"]}, ALICE, False),
        ("e-mail not verified", {"emails": ["alice@example.com"]}, without(email_verified=False), None),
        ("e-mail verified by a string", {"emails": ["alice@example.com"]}, without(email_verified="true"), None),
        ("e-mail verified by a number", {"emails": ["alice@example.com"]}, without(email_verified=1), None),
        ("no word on verification", {"emails": ["alice@example.com"]}, without("email_verified"), None),
        ("no e-mail", {"emails": ["alice@example.com"]}, without("email"), None),
        ("two at signs", {"email_domains": ["example.com"]}, without(email="evil@x@example.com"), None),
        ("no at sign", {"email_domains": ["example.com"]}, without(email="example.com"), None),
        ("nothing before the at sign", {"email_domains": ["example.com"]}, without(email="@example.com"), None),
        ("nothing behind the at sign", {"email_domains": ["example.com"]}, without(email="alice@"), None),
        ("a space in the address", {"email_domains": ["example.com"]}, without(email="al ice@example.com"), None),
        ("a final line feed", {"email_domains": ["example.com"]}, without(email="alice@example.com\n"), None),
        ("letters beyond ASCII", {"email_domains": ["example.com"]}, without(email="alice@ex\u0430mple.com"), None),
        ("the Kelvin sign is no k", {"email_domains": ["kite.com"]}, without(email="alice@\u212aite.com"), None),
        ("an e-mail of a list", {"emails": ["alice@example.com"]}, without(email=["alice@example.com"]), None),
        ("an e-mail domain", {"email_domains": ["example.com"]}, ALICE, True),
        ("a subdomain is another domain", {"email_domains": ["example.com"]}, without(email="a@b.example.com"), False),
        ("a domain that ends alike", {"email_domains": ["example.com"]}, without(email="a@notexample.com"), False),
        ("a domain that begins alike", {"email_domains": ["example.com"]}, without(email="a@example.com.evil.org"), False),
        ("a user", {"users": ["alice"]}, ALICE, True),
        ("another user", {"users": ["bob"]}, ALICE, False),
        ("a user in another case", {"users": ["Alice"]}, ALICE, False),
        ("no user claim", {"users": ["alice"]}, without("sub"), None),
        ("an empty user claim", {"users": [""]}, without(sub=""), None),
        ("a user claim that is a number", {"users": ["7"]}, without(sub=7), None),
        ("a claim", {"claims": {"tenant": ["t0", "t1"]}}, ALICE, True),
        ("another value", {"claims": {"tenant": ["t2"]}}, ALICE, False),
        ("a claim that is missing", {"claims": {"missing": ["x"]}}, ALICE, None),
        ("a member of every object", {"claims": {"constructor": ["x"]}}, ALICE, None),
        ("the prototype of every object", {"claims": {"__proto__": ["x"]}}, ALICE, None),
        ("a number", {"claims": {"level": ["5"]}}, ALICE, True),
        ("another number", {"claims": {"level": ["50"]}}, ALICE, False),
        ("a whole number with a fraction of zero", {"claims": {"level": ["5"]}}, without(level=5.0), True),
        ("a fraction", {"claims": {"level": ["5.5"]}}, without(level=5.5), None),
        ("a negative number", {"claims": {"level": ["-5"]}}, without(level=-5), True),
        ("the greatest safe number", {"claims": {"level": ["9007199254740991"]}}, without(level=9007199254740991), True),
        ("a number too large to be exact", {"claims": {"level": ["9007199254740992"]}}, without(level=9007199254740992), None),
        ("a boolean", {"claims": {"beta": ["true"]}}, ALICE, True),
        ("the other boolean", {"claims": {"beta": ["true"]}}, without(beta=False), False),
        ("one of several values", {"claims": {"tags": ["y"]}}, ALICE, True),
        ("none of several values", {"claims": {"tags": ["z"]}}, ALICE, False),
        ("an empty claim list", {"claims": {"tags": ["z"]}}, without(tags=[]), False),
        ("a list with a number", {"claims": {"tags": ["x"]}}, without(tags=["x", 1]), None),
        ("a claim that is null", {"claims": {"tenant": ["null"]}}, without(tenant=None), None),
        ("a claim that is an object", {"claims": {"tenant": ["t1"]}}, without(tenant={"t1": 1}), None),
        ("two claims, both right", {"claims": {"tenant": ["t1"], "level": ["5"]}}, ALICE, True),
        ("two claims, one wrong", {"claims": {"tenant": ["t1"], "level": ["6"]}}, ALICE, False),
        ("two claims, one missing", {"claims": {"tenant": ["t1"], "missing": ["6"]}}, ALICE, None),
        ("two claims, one wrong, one missing", {"claims": {"tenant": ["t2"], "missing": ["6"]}}, ALICE, False),
        ("everyone who logged in", KNOWN, ALICE, True),
        ("everyone who logged in, without any claim", KNOWN, {}, True),
        ("two members, both right", {"groups": ["staff"], "roles": ["editor"]}, ALICE, True),
        ("two members, one wrong", {"groups": ["staff"], "roles": ["admin"]}, ALICE, False),
        ("two members, one undecidable", {"groups": ["staff"], "emails": ["alice@example.com"]}, without("email"), None),
        ("two members, one wrong, one undecidable", {"groups": ["others"], "emails": ["a@b.c"]}, without("email"), False),
        ("an empty selector", {}, ALICE, None),
        ("an empty map of claims", {"claims": {}}, ALICE, None),
    ]
    found = [case for entry in lists for case in both(*entry)]
    found += [
        {"name": name, "policy": policy, "claims": claims, "met": met}
        for name, policy, claims, met in [
            ("a policy of nothing", require(), ALICE, False),
            ("only an exclusion", require(none=[OTHERS]), ALICE, False),
            ("all of two", require(STAFF, {"users": ["alice"]}), ALICE, True),
            ("one of two required fails", require(STAFF, OTHERS), ALICE, False),
            ("any of two", require(any=[OTHERS, STAFF]), ALICE, True),
            ("any of none", require(any=[OTHERS]), ALICE, False),
            ("any: an undecidable one beside a right one", require(any=[{"claims": {"missing": ["x"]}}, STAFF]), ALICE, True),
            ("any: an undecidable one alone", require(any=[{"claims": {"missing": ["x"]}}]), ALICE, False),
            ("required and any", require(STAFF, any=[{"users": ["alice"]}]), ALICE, True),
            ("required, but none of any", require(STAFF, any=[{"users": ["bob"]}]), ALICE, False),
            ("any, but not required", require(OTHERS, any=[{"users": ["alice"]}]), ALICE, False),
            ("excluded although required", require(STAFF, none=[{"users": ["alice"]}]), ALICE, False),
            ("one of two exclusions", require(STAFF, none=[OTHERS, {"users": ["alice"]}]), ALICE, False),
            ("an exclusion of somebody else", require(STAFF, none=[{"users": ["bob"]}]), ALICE, True),
        ]
    ]
    return found


def vectors() -> dict:
    return {
        "about": "Membership policies. `met`: whether a user with these claims meets the policy under `mapping`. Names that end in ', excluded' have the selector in `none`.",
        "mapping": MAPPING,
        "cases": cases(),
    }
