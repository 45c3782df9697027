"""Whole policies: how they are split, the table they make, and what becomes of requests. Splits, tables and verdicts are written by hand."""

from .addresses import prefixes
from .contexts import fingerprint
from .membership import MAPPING

import ipaddress

NOW = 1_800_000_000
SIGNED_IN = {"authenticated": True}
MFA, GOLD, OTP = {"acr": "mfa"}, {"acr": "gold"}, {"amr": ["otp"]}
REQUEST = {"method": "GET", "country": "DE", "ip": "198.51.100.7", "tls": "TLSv1.3:TLS_AES_128_GCM_SHA256:sessionResumed"}
CLAIMS = {"sub": "ada", "email": "ada@example.org", "email_verified": True, "groups": [], "roles": []}


def atom(**lists) -> dict:
    return {"require": [], "any": [], "none": [], **lists}


def ranges(*cidrs) -> list:
    return sorted(prefix for cidr in cidrs for prefix in prefixes(ipaddress.ip_network(cidr)))


def person(atoms, age=100, contexts=(), **claims) -> dict:
    """Somebody with these claims who logged in `age` seconds ago: the atoms (indices into `k`) granted, the requirements met."""
    return {"claims": {**CLAIMS, **claims}, "age": age, "atoms": list(atoms), "ctx": "".join(sorted(fingerprint(one) for one in contexts))}


def case(name, uri, caller, decision, policy=None, **request) -> dict:
    more = {key: request.pop(key) for key in ("step", "max_age", "rewrite") if key in request}
    expected = {"decision": decision, "policy": policy}
    if "step" in more:
        expected["step"] = more["step"] and fingerprint(more["step"])
    if decision == "step_up":
        expected["age"] = more.get("max_age")
    if "rewrite" in more:
        expected["rewrite"] = more["rewrite"]
    return {"name": name, "request": {**REQUEST, "uri": uri, **request}, "caller": caller, "expected": expected}


def each_kind() -> dict:
    policies = {
        "staff": {"any": [{"groups": ["staff"]}, {"email_domains": ["example.com"]}]},
        "admins": {"require": [{"groups": ["admins"]}, {"acr": "mfa", "max_age": 28_800}], "none": [{"countries": ["KP"]}]},
        "robots": {"any": [{"service_tokens": ["ci"]}]},
        "office": {"require": [{"ips": ["2001:db8::/33", "198.51.100.0/25"]}]},
    }
    nobody, robot, other = None, {"service_token": "ci"}, {"service_token": "backup"}
    staff = person([1, 2], groups=["staff"])
    by_mail = person([1, 2], email="ada@example.com")
    stranger = person([1])
    admin = person([0, 1], contexts=[MFA], groups=["admins"], acr="mfa")
    weak_admin = person([0, 1], groups=["admins"], acr="pwd")
    late_admin = person([0, 1], age=28_801, contexts=[MFA], groups=["admins"], acr="mfa")
    edge_admin = person([0, 1], age=28_800, contexts=[MFA], groups=["admins"], acr="mfa")
    return {
        "name": "one of each kind",
        "policies": policies,
        "routes": [
            {"path": "/public/*", "access": "public"},
            {"path": "/admin/*", "allow": ["admins"]},
            {"path": "/office/*", "allow": ["office"]},
            {"path": "/api/*", "allow": ["staff", "robots"], "unauthenticated": "401"},
            {"path": "/*", "allow": ["staff"]},
        ],
        "atoms": {
            "admins": atom(require=[{"groups": ["admins"]}]),
            "office": atom(require=[SIGNED_IN]),
            "staff": atom(any=[{"email_domains": ["example.com"]}, {"groups": ["staff"]}]),
        },
        "contexts": {fingerprint(MFA): MFA},
        "table": {
            "k": [[0, 1], [1, 1], [2, 1]],
            "n": ["admins", "office", "robots", "staff"],
            "q": [[[[0]], [[-1, 0]], [[-1, 1, 1]]], [[[1]], [[-1, 2]]], [[[-1, 3]]], 2],
            "x": [{"a": fingerprint(MFA), "A": "mfa", "g": 28_800}, {"c": ["KP"]}, {"i": ranges("198.51.100.0/25", "2001:db8::/33")}, {"s": ["ci"]}],
            "m": 1,
            "r": [["/public/*", 0], ["/admin/*", 0, [0]], ["/office/*", 0, [1]], ["/api/*", 1, [3, 2]], ["/*", 0, [3]]],
        },
        "headers": ["cloudfront-viewer-country"],
        "cases": [
            case("the public route, nobody", "/public/a", nobody, "public"),
            case("a protected route, nobody", "/a", nobody, "login"),
            case("a group", "/a", staff, "allow", "staff"),
            case("a domain", "/a", by_mail, "allow", "staff"),
            case("no group, another domain", "/a", stranger, "denied"),
            case("a service token where a group is wanted", "/a", robot, "denied"),
            case("a service token that is named", "/api/a", robot, "allow", "robots"),
            case("a service token that is not named", "/api/a", other, "denied"),
            case("the first policy of two", "/api/a", staff, "allow", "staff"),
            case("a person where a service token or a group is wanted", "/api/a", stranger, "denied"),
            case("group, class and age", "/admin/a", admin, "allow", "admins"),
            case("at the last second", "/admin/a", edge_admin, "allow", "admins"),
            case("a second too old", "/admin/a", late_admin, "step_up", step=MFA, max_age=28_800),
            case("of another class", "/admin/a", weak_admin, "step_up", step=MFA, max_age=28_800),
            case("of another class, from an excluded country", "/admin/a", weak_admin, "denied", country="KP"),
            case("from an excluded country", "/admin/a", admin, "denied", country="KP"),
            case("from nowhere", "/admin/a", admin, "denied", country=None),
            case("from a country in small letters", "/admin/a", admin, "denied", country="de"),
            case("of the right class without the group", "/admin/a", person([1], contexts=[MFA], acr="mfa"), "denied"),
            case("neither class nor group", "/admin/a", stranger, "denied"),
            case("a service token where an administrator is wanted", "/admin/a", robot, "denied"),
            case("from the office", "/office/a", stranger, "allow", "office"),
            case("from the other half of the network", "/office/a", stranger, "denied", ip="198.51.100.128"),
            case("from the office by IPv6", "/office/a", stranger, "allow", "office", ip="2001:db8:7fff::1"),
            case("from the other half by IPv6", "/office/a", stranger, "denied", ip="2001:db8:8000::1"),
            case("from the office by IPv4 in IPv6", "/office/a", stranger, "allow", "office", ip="::ffff:198.51.100.7"),
            case("from no address", "/office/a", stranger, "denied", ip="unknown"),
            case("from the office, nobody", "/office/a", nobody, "login"),
            case("from the office, a service token that no selector names", "/office/a", robot, "denied"),
        ],
    }


def alternatives() -> dict:
    policies = {
        "mixed": {
            "any": [
                {"groups": ["a"]},
                {"groups": ["b"], "countries": ["DE"]},
                {"roles": ["r"], "countries": ["DE", "DE"]},
                {"groups": ["c"], "countries": ["FR"], "methods": ["GET"]},
            ]
        },
        "careful": {"require": [{"groups": ["a"], "countries": ["FR", "DE"]}], "none": [{"groups": ["b"], "countries": ["FR"]}, {"groups": ["x"]}, {"methods": ["DELETE"]}]},
        "fresh": {"require": [{"groups": ["a"]}, {"max_age": 300}], "any": [{"amr": ["otp"]}, {"acr": "gold"}]},
    }

    def who(*groups, age=100, contexts=(), roles=(), **claims) -> dict:
        granted = {0: "x" not in groups, 1: "a" in groups, 2: "b" not in groups, 3: "a" in groups, 4: True, 5: True, 6: "b" in groups or "r" in roles, 7: "c" in groups, 8: "a" in groups}
        return person([index for index, has in granted.items() if has], age, contexts, groups=list(groups), roles=list(roles), **claims)

    blind = person([4, 5], groups="a")
    return {
        "name": "alternatives and exclusions",
        "policies": policies,
        "routes": [{"path": "/mixed/*", "allow": ["mixed"]}, {"path": "/careful/*", "allow": ["careful"]}, {"path": "/fresh/*", "allow": ["fresh"]}, {"path": "/either/*", "allow": ["fresh", "careful"]}],
        "atoms": {
            "careful": atom(require=[SIGNED_IN], none=[{"groups": ["x"]}]),
            "careful/1": atom(require=[{"groups": ["a"]}]),
            "careful/2": atom(require=[SIGNED_IN], none=[{"groups": ["b"]}]),
            "fresh": atom(require=[{"groups": ["a"]}]),
            "fresh/1": atom(any=[SIGNED_IN]),
            "fresh/2": atom(any=[SIGNED_IN]),
            "mixed/1": atom(any=[{"groups": ["b"]}, {"roles": ["r"]}]),
            "mixed/2": atom(any=[{"groups": ["c"]}]),
            "mixed/3": atom(any=[{"groups": ["a"]}]),
        },
        "contexts": {fingerprint(one): one for one in (GOLD, OTP)},
        "table": {
            "k": [[bit, 1] for bit in range(9)],
            "n": ["careful", "fresh", "mixed"],
            "q": [[[[0]], [[1, 0]], [[2], [-1, 1, 1]], [[-1, 2, 1]]], [[[3]], [[-1, 3]], [[4, 4], [5, 5]]], [[[6, 6], [7, 7], [8]]]],
            "x": [
                {"c": ["DE", "FR"]}, {"c": ["FR"]}, {"v": ["DELETE"]},
                {"g": 300}, {"a": fingerprint(GOLD), "A": "gold"}, {"a": fingerprint(OTP)},
                {"c": ["DE"]}, {"c": ["FR"], "v": ["GET"]},
            ],
            "r": [["/mixed/*", 0, [2]], ["/careful/*", 0, [0]], ["/fresh/*", 0, [1]], ["/either/*", 0, [1, 0]]],
        },
        "headers": ["cloudfront-viewer-country"],
        "cases": [
            case("a group wherever it is", "/mixed/a", who("a"), "allow", "mixed", country=None),
            case("another group in its country", "/mixed/a", who("b"), "allow", "mixed"),
            case("another group in another country", "/mixed/a", who("b"), "denied", country="FR"),
            case("another group in no country", "/mixed/a", who("b"), "denied", country=None),
            case("a role in its country", "/mixed/a", who(roles=["r"]), "allow", "mixed"),
            case("a third group, its country, its method", "/mixed/a", who("c"), "allow", "mixed", country="FR"),
            case("a third group, its country, another method", "/mixed/a", who("c"), "denied", country="FR", method="POST"),
            case("a third group, its method, no country", "/mixed/a", who("c"), "denied", country=None),
            case("no group at all", "/mixed/a", who(), "denied"),
            case("groups that cannot be read", "/mixed/a", blind, "denied"),
            case("required and nothing excluded", "/careful/a", who("a"), "allow", "careful"),
            case("excluded, but not in this country", "/careful/a", who("a", "b"), "allow", "careful"),
            case("excluded in this country", "/careful/a", who("a", "b"), "denied", country="FR"),
            case("not excluded in this country", "/careful/a", who("a"), "allow", "careful", country="FR"),
            case("excluded everywhere", "/careful/a", who("a", "x"), "denied"),
            case("excluded for the method", "/careful/a", who("a"), "denied", method="DELETE"),
            case("another method", "/careful/a", who("a"), "allow", "careful", method="HEAD"),
            case("a country that is not required", "/careful/a", who("a"), "denied", country="US"),
            case("without the required group", "/careful/a", who("b"), "denied"),
            case("recent and gold", "/fresh/a", who("a", contexts=[GOLD], acr="gold"), "allow", "fresh"),
            case("recent and by one-time password", "/fresh/a", who("a", contexts=[OTP], amr=["pwd", "otp"]), "allow", "fresh"),
            case("old and gold", "/fresh/a", who("a", age=301, contexts=[GOLD], acr="gold"), "step_up", step=None, max_age=300),
            case("recent, neither gold nor by one-time password", "/fresh/a", who("a"), "step_up", step=GOLD, max_age=None),
            case("old, neither gold nor by one-time password: both clauses at once", "/fresh/a", who("a", age=301), "step_up", step=GOLD, max_age=300),
            case("recent and gold without the group", "/fresh/a", who("b", contexts=[GOLD], acr="gold"), "denied"),
            case("not fresh enough for the first, careful enough for the second", "/either/a", who("a", age=301), "allow", "careful"),
            case("neither, but the first is only a login away", "/either/a", who("a", age=301), "step_up", step=GOLD, max_age=300, country="US"),
            case("a login away from the first, shut out of the second by its method", "/either/a", who("a"), "step_up", step=GOLD, max_age=None, method="DELETE"),
            case("nobody", "/either/a", None, "login"),
        ],
    }


def floors() -> dict:
    staff, other = person([0], groups=["staff"]), person([])
    old = {"tls": "TLSv1.2:ECDHE-RSA-AES128-GCM-SHA256:fullHandshake"}
    return {
        "name": "rewrites and floors",
        "policies": {"staff": {"require": [{"groups": ["staff"]}]}},
        "routes": [
            {"path": "/tls/*", "allow": ["staff"], "min_tls": "1.3"},
            {"path": "/open/*", "access": "public", "min_tls": "1.3"},
            {"path": "/form/*", "allow": ["staff"], "methods": ["GET", "POST"], "spa": "/form/a b.html"},
            {"path": "/shop/*", "access": "public", "spa": "/shop/index.html"},
        ],
        "atoms": {"staff": atom(require=[{"groups": ["staff"]}])},
        "contexts": {},
        "table": {
            "k": [[0, 1]],
            "n": ["staff"],
            "r": [["/tls/*", 32, [0]], ["/open/*", 32], ["/form/*", 0, [0], ["GET", "POST"], 0, "/form/a b.html"], ["/shop/*", 0, 0, 0, 0, "/shop/index.html"]],
        },
        "headers": ["cloudfront-viewer-tls"],
        "cases": [
            case("TLS 1.3", "/tls/a", staff, "allow", "staff"),
            case("TLS 1.2", "/tls/a", staff, "tls", **old),
            case("TLS 1.2, nobody", "/tls/a", None, "tls", **old),
            case("TLS 1.2, on a public route", "/open/a", None, "tls", **old),
            case("TLS 1.3, on a public route", "/open/a", None, "public"),
            case("no word on TLS", "/open/a", None, "tls", tls=None),
            case("a version that begins alike", "/open/a", None, "tls", tls="TLSv1.30:x"),
            case("TLS 1.2 where it does not matter", "/shop/a.js", None, "public", rewrite=None, **old),
            case("a path of the application", "/shop/cart/7", None, "public", rewrite="/shop/index.html"),
            case("the application itself", "/shop", None, "public", rewrite="/shop/index.html"),
            case("its root", "/shop/", None, "public", rewrite="/shop/index.html"),
            case("a file", "/shop/app.js", None, "public", rewrite=None),
            case("a directory with a dot", "/shop/v1.2/cart", None, "public", rewrite="/shop/index.html"),
            case("asked with HEAD", "/shop/cart", None, "public", rewrite="/shop/index.html", method="HEAD"),
            case("posted", "/shop/cart", None, "public", rewrite=None, method="POST"),
            case("a protected path", "/form/a", staff, "allow", "staff", rewrite="/form/a%20b.html"),
            case("a protected path, posted", "/form/a", staff, "allow", "staff", rewrite=None, method="POST"),
            case("a protected path, not allowed", "/form/a", other, "denied"),
            case("a protected path, nobody", "/form/a", None, "login"),
        ],
    }


def vectors() -> dict:
    return {
        "about": "Whole policies. `policies` and `routes` as written; `atoms` and `contexts` of the first membership document; the members of `table` that policies make (those not listed are absent; `g` is 1); `headers` that the origin request policy must carry; `cases`: a request at `now` (`country`, `ip` and `tls` as "
        "CloudFront tells them, null: not at all) of a caller: null nobody, a service token of that name whose secret is right, or a session with `claims`, login and mint `age` seconds ago, `atoms` granted (indices into `k`) and `ctx`. `expected.decision`: allow, public, login, denied, tls, or step_up with `step` "
        "(fingerprint or null) and `age` (seconds or null); `rewrite` the uri that goes on, null for the request's own.",
        "now": NOW,
        "mapping": MAPPING,
        "applications": [each_kind(), alternatives(), floors()],
    }
