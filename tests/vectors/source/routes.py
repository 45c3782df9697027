"""Which route decides a path. Expectations are written by hand and judged once more by `re` and `urllib`."""

import re
import urllib.parse

TABLES = [
    {
        "name": "the first route that matches decides",
        "routes": [["/public/*", 0], ["/admin/*", 0, [1], ["GET", "POST"]], ["/api/*", 1, [0, 2]], ["/*", 0, [0]]],
        "cases": [
            ["/", 3], ["/public", 0], ["/public/", 0], ["/public/a/b", 0], ["/publicity", 3], ["/PUBLIC/a", 3],
            ["/admin", 1], ["/admin/", 1], ["/admin/x", 1], ["/administrator", 3], ["/xadmin/", 3], ["/api", 2],
            ["/api/v1/%C3%A9", 2], ["/public/../admin", 400], ["/public/%2e%2e/admin", 400], ["/public//admin", 400],
            ["/public;x/admin", 400], ["/public/a%2fb", 400], ["/public/a;b", 400], ["/public%2fa", 400],
            ["/public%3fx", 400], ["/publicx%3fy", 3], ["/public/a%3fb", 0], ["/admin%3f", 400], ["/admin%23x", 400],
        ],
    },
    {
        "name": "no route matches",
        "routes": [["/a", 0], ["/b/*", 0, [0]]],
        "cases": [["/", 403], ["/a", 0], ["/a/", 403], ["/ab", 403], ["/b", 1], ["/b/c", 1], ["/c%2fd", 400]],
    },
    {"name": "no routes at all", "routes": [], "cases": [["/", 403], ["/a/b", 403], ["//", 400]]},
    {
        "name": "stars cross slashes and may be empty",
        "routes": [["/*.css", 0], ["/a*b", 0], ["/x/*/y", 0], ["/d*/e*", 0], ["/s/*/*", 0]],
        "cases": [
            ["/a.css", 0], ["/a/b/c.css", 0], ["/.css", 0], ["/a.css/x", 403], ["/a.cssx", 403], ["/acss", 403],
            ["/ab", 1], ["/axb", 1], ["/a/b", 1], ["/abbb", 1], ["/abc", 403], ["/x/y", 403], ["/x/z/y", 2],
            ["/x/z/w/y", 2], ["/x/y/y", 2], ["/d/e", 3], ["/dog/eel", 3], ["/d/x/e", 3], ["/d", 403], ["/s", 403],
            ["/s/a", 4], ["/s/a/", 4], ["/s/a/b", 4],
        ],
    },
    {
        "name": "characters that mean something in a regular expression mean nothing here",
        "routes": [["/a.b", 0], ["/c+d", 0], ["/(e)", 0], ["/f[g]", 0], ["/h$", 0], ["/^i", 0], ["/j|k", 0], ["/l{2}", 0], ["/m?", 0], ["/n-o/*", 0]],
        "cases": [
            ["/a.b", 0], ["/axb", 403], ["/c+d", 1], ["/ccd", 403], ["/(e)", 2], ["/e", 403], ["/f[g]", 3], ["/fg", 403],
            ["/f%5Bg%5D", 3], ["/h$", 4], ["/h", 403], ["/^i", 5], ["/j|k", 6], ["/j", 403], ["/l{2}", 7], ["/ll", 403],
            ["/m%3f", 400], ["/m", 403], ["/mx", 403], ["/n-o/x", 9],
        ],
    },
    {
        "name": "letters without regard to case, ASCII only",
        "routes": [["/Admin/*", 8, [0]], ["/admin/x", 0], ["/b", 0], ["/*", 0, [1]]],
        "cases": [["/admin", 0], ["/ADMIN/X", 0], ["/aDmIn/x", 0], ["/admin/x", 0], ["/B", 3], ["/b", 2], ["/adm%C4%B1n", 3], ["/%C3%84dmin", 3]],
    },
    {
        "name": "an encoded slash where a route allows it",
        "routes": [["/files/secret/*", 0, [1]], ["/files/*", 2, [0]], ["/deep/*", 6, [0]], ["/*", 0, [0]]],
        "cases": [
            ["/files/a%2fb", 1], ["/files/a%2Fb/c", 1], ["/files/secret%2fa", 400], ["/files%2fa", 400], ["/files/secret/a%2fb", 400],
            ["/files/a%2f..%2fb", 400], ["/files/a%2f%2fb", 400], ["/files/..%2fadmin", 400], ["/files/a;b", 400],
            ["/files/a;b%2fc", 400], ["/x/files%2fa", 400], ["/deep/a%2fb", 2], ["/deep/a;b%2fc", 2], ["/deep/a;b", 2], ["/deep;x/a", 400],
            ["/files/a%2f", 1], ["/files/%2fa", 400],
        ],
    },
    {
        "name": "a semicolon where a route allows it",
        "routes": [["/app/admin/*", 0, [1]], ["/app/*", 4, [0]], ["/*", 0, [0]]],
        "cases": [
            ["/app/a;jsessionid=1", 1], ["/app/a%3bx/b", 1], ["/app;x/a", 400], ["/app/admin;x/y", 400], ["/app/..;/admin", 400],
            ["/app/;/x", 400], ["/app/a;/..", 400], ["/app/a;b%3bc", 400], ["/app/a;b%3fc", 400], ["/app/a%3b%23/b", 400], ["/app/admin;x", 400], ["/app/b;admin/c", 1], ["/app/a%2fb", 400],
        ],
    },
    {
        "name": "paths beyond ASCII",
        "routes": [["/caf\u00e9/*", 0], ["/\u4e16\u754c", 0], ["/a b", 0]],
        "cases": [["/caf%C3%A9", 0], ["/caf%c3%a9/x", 0], ["/cafe%CC%81", 403], ["/caf%e9", 400], ["/%E4%B8%96%E7%95%8C", 1], ["/a%20b", 2]],
    },
]


def readings(raw: str):
    """The readings of a path that has some; None where the path is refused."""
    if not re.fullmatch(r"/[\x21-\x7e]*", raw, re.ASCII) or re.search(r"[?#\\]", raw):
        return None
    if re.search(r"%(?![0-9A-Fa-f]{2})", raw):
        return None
    marks = set(re.findall(r";|%3b|%2f|%3f|%23", raw.lower()))
    if marks and len(raw) > 1024:
        return None
    if len({"%3f" if mark == "%23" else mark for mark in marks} - {"%2f"}) > 1:
        return None
    for code in re.findall(r"%([0-9A-Fa-f]{2})", raw):
        character = chr(int(code, 16))
        if character in "%\\" or ord(character) < 0x20 or ord(character) == 0x7F or re.fullmatch(r"[A-Za-z0-9._~-]", character):
            return None
    kept = re.sub("%2f", "\x00", raw, flags=re.IGNORECASE)
    try:
        text = urllib.parse.unquote_to_bytes(kept).decode("utf-8")
    except UnicodeDecodeError:
        return None
    if re.search("[\x80-\x9f]", text):
        return None
    slash, semicolon = "\x00" in text, ";" in text
    texts = {text.replace("\x00", "%2f"), text.replace("\x00", "/")}
    texts |= {re.sub(r";[^/]*", "", one) for one in texts}
    texts |= {re.split(r"[?#]", one)[0] for one in texts}
    if any("//" in one or re.search(r"/\.\.?(/|\Z)", one) for one in texts):
        return None
    return texts, slash, semicolon


def matches(pattern: str, flags: int, path: str) -> bool:
    pieces = [re.escape(piece) for piece in pattern.split("*")]
    expression = ".*".join(pieces)
    if pattern.endswith("/*") and pattern != "/*":
        expression = f"{expression}|{'.*'.join(re.escape(piece) for piece in pattern[:-2].split('*'))}"
    mode = re.DOTALL | (re.IGNORECASE | re.ASCII if flags & 8 else 0)
    return re.fullmatch(expression, path, mode) is not None


def decide(routes: list, raw: str):
    found = readings(raw)
    if found is None:
        return 400
    texts, slash, semicolon = found
    decisions = {next((i for i, route in enumerate(routes) if matches(route[0], route[1], text)), 403) for text in texts}
    if len(decisions) != 1:
        return 400
    decision = decisions.pop()
    flags = 0 if decision == 403 else routes[decision][1]
    if (slash and not flags & 2) or (semicolon and not flags & 4):
        return 400
    return decision


def vectors() -> dict:
    tables = []
    for table in TABLES:
        cases = []
        for raw, decision in table["cases"]:
            judged = decide(table["routes"], raw)
            assert judged == decision, (table["name"], raw, decision, judged)
            cases.append({"raw": raw, "route": decision} if decision not in (400, 403) else {"raw": raw, "status": decision})
        tables.append({"name": table["name"], "routes": table["routes"], "cases": cases})
    return {
        "about": "Which route decides a raw path. `routes` as in the table of the session function; each case names the index of the route, or the status of a refusal: 400 for an ambiguous path, 403 when no route matches.",
        "tables": tables,
    }
