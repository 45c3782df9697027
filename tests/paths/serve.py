"""Two Python file servers on loopback: http.server as it is, and a WSGI-like one that unquotes and normalises. Prints their ports as JSON."""

import http.server
import json
import posixpath
import sys
import threading
import urllib.parse

ROOT = sys.argv[1]


class Plain(http.server.SimpleHTTPRequestHandler):
    """translate_path of the standard library."""

    def __init__(self, *args):
        super().__init__(*args, directory=ROOT)

    def log_message(self, *args):
        """Says nothing."""


class Wsgi(Plain):
    """PATH_INFO the way WSGI servers hand it on, parameters removed as urlparse does."""

    def translate_path(self, path):
        name = urllib.parse.unquote(urllib.parse.urlparse(path).path, encoding="latin-1")
        return ROOT + posixpath.normpath("/" + name.lstrip("/"))


class Server(http.server.ThreadingHTTPServer):
    """Drops the connection on what the handler cannot take, such as a NUL in a file name."""

    def handle_error(self, request, client_address):
        """Says nothing."""


def start(handler):
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


print(json.dumps({"http.server": start(Plain), "wsgi": start(Wsgi)}), flush=True)
threading.Event().wait()
