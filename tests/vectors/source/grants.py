"""The grant rule and the spelling of grants. Expectations are written by hand."""

from .tokens import grants


def vectors() -> dict:
    old, new = [0, 1], [4, 3]
    rows = [
        ("the bit is set", 3, [old], 3, [0], "pass"),
        ("the bit is not set", 3, [old], 3, [4], "policy"),
        ("no bit is set", 3, [old], 3, [], "policy"),
        ("one of two policies", 3, [old, new], 3, [4], "pass"),
        ("none of two policies", 3, [old, new], 3, [7], "policy"),
        ("no policies at all", 3, [], 3, [0], "policy"),
        ("a policy younger than the cookie", 3, [new], 2, [], "grant"),
        ("a bit younger than the cookie is not looked at", 3, [new], 2, [4], "grant"),
        ("a policy as old as the cookie", 3, [new], 3, [4], "pass"),
        ("met by an older policy beside a younger one", 3, [old, new], 2, [0], "pass"),
        ("not met by the older, the younger may be", 3, [old, new], 2, [], "grant"),
        ("a cookie newer than the table", 3, [old], 4, [0], "pass"),
        ("a cookie newer than the table, not met", 3, [old], 4, [], "policy"),
        ("a cookie just within the window", 3, [old], 66, [0], "pass"),
        ("a cookie beyond the window may be of another numbering", 3, [old], 67, [0], "grant"),
        ("a cookie far beyond the window", 3, [old], 1_800_000_000, [0], "grant"),
        ("a table after a restart, a cookie from before", 1_800_000_000, [[0, 1_800_000_000]], 3, [0], "grant"),
        ("the last bit", 3, [[255, 1]], 3, [255], "pass"),
        ("the last bit but one", 3, [[255, 1]], 3, [254], "policy"),
        ("a bit beside the right one", 3, [[5, 1]], 3, [4, 6], "policy"),
    ]
    return {
        "about": "The grant rule: `g` and `policies` ([bit, birth]) of the table's route, generation and grants of a verified cookie, and the verdict: pass, grant (a login may help) or policy (403).",
        "cases": [
            {"name": name, "g": g, "policies": policies, "gen": gen, "grants": grants(bits), "verdict": verdict}
            for name, g, policies, gen, bits, verdict in rows
        ],
        "spelling": [{"bits": bits, "grants": grants(bits)} for bits in ([], [0], [3], [4], [0, 1, 2, 3, 5], [63, 64, 65], [255], list(range(256)))],
    }
