"""What is removed on the way to the origin, and how claims are spelled in identity headers. Written by hand."""

REMOVED_HEADERS = [
    "x-zt-email", "x-zt-anything", "x_zt_email", "x-zt_email", "x.zt.email", "x-zt-", "X-ZT-Email", "x-zt-assertion", "x!zt!email",
    "x-original-url", "x_original_url", "x-original-method", "x-rewrite-url", "x-forwarded-uri", "x-forwarded-host", "x_forwarded_host",
    "x-forwarded-method", "x-forwarded-path", "x-forwarded-prefix", "x-forwarded-server", "x-http-method-override", "x-http-method",
    "x-method-override", "forwarded", "Forwarded",
    "x_forwarded_for", "x-forwarded_for", "x_forwarded-proto", "x.forwarded.port", "x_forwarded_port", "x-forwarded-for_",
    "cloudfront_viewer_address", "cloudfront-viewer_address", "cloudfront.viewer.country", "cloudfront_", "CloudFront_Is_Mobile_Viewer",
]
KEPT_HEADERS = [
    "x-forwarded-for", "x-forwarded-proto", "x-forwarded-port", "accept", "authorization", "host", "x-ztx", "x-z-t-email", "zt-email",
    "my-x-zt-email", "x-requested-with", "x-amz-date", "content-type", "forwarded-by",
    "cloudfront-viewer-address", "cloudfront-forwarded-proto", "cloudfront", "cloudfront-", "cloudfrontal_x", "x-cloudfront_x", "cache_control",
]
REMOVED_COOKIES = [
    "__Host-zt-session", "__Host-zt-tx-abc", "__Secure-zt-members", "__Host-zt-assertion", "__Secure-zt-refresh", "__host-zt-session",
    "__HOST-ZT-SESSION", "__Host_zt_session", "--Host-zt-session",
]
KEPT_COOKIES = ["session", "__Host-session", "__Secure-id", "zt-session", "__Host-ztx", "x__Host-zt-session"]
IDENTITY = [
    ("alice@example.com", "alice@example.com"),
    ("Zo\u00eb", "Zo%C3%AB"),
    ("\u4e16\u754c \U0001f600", "%E4%B8%96%E7%95%8C %F0%9F%98%80"),
    ("100%", "100%25"),
    ("a\r\nx-evil: 1", "a%0D%0Ax-evil: 1"),
    ("a\u0000b\u007f", "a%00b%7F"),
    ("a,b", "a,b"),
    ("Lovelace, Ada", "Lovelace, Ada"),
    (" admin ", "%20admin%20"),
    ("admin  ", "admin %20"),
    (" ", "%20"),
    ("  ", "%20%20"),
    ("a \n", "a %0A"),
    ("\ta\t", "%09a%09"),
    ([" admins", "b ", "c d", " "], "%20admins,b%20,c d,%20"),
    (["a", "b"], "a,b"),
    (["a,b", "c%"], "a%2Cb,c%25"),
    ([], ""),
    (5, "5"),
    (True, "true"),
    (False, "false"),
]


def vectors() -> dict:
    def marked(removed: list, kept: list) -> list:
        return [{"name": name, "removed": True} for name in removed] + [{"name": name, "removed": False} for name in kept]

    return {
        "about": "Towards the origin. `headers` and `cookies`: whether a name the viewer sent is removed. `identity`: a claim and the value of its identity header.",
        "headers": marked(REMOVED_HEADERS, KEPT_HEADERS),
        "cookies": marked(REMOVED_COOKIES, KEPT_COOKIES),
        "identity": [{"claim": claim, "header": header} for claim, header in IDENTITY],
    }
