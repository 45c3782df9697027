"""The peer of a plan: the very requests it sent, sent again ten at a time by a client that does nothing else.

A recorder is the provider's HTTP proxy for one plan, so that its endpoint, which is part of what is compared, stays the
same. The requests are sent again as they were, signatures and all, within a minute or two.
"""

import http.client
import http.server
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

HOPS = ("connection", "keep-alive", "proxy-connection", "transfer-encoding", "te", "upgrade")


class Recorder:
    """A proxy to `endpoint` that keeps what it passes on."""

    def __init__(self, endpoint):
        self.requests, self.to, self.kept = [], urlsplit(endpoint).netloc, threading.local()

    def __enter__(self):
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name: value for name, value in self.headers.items() if name.lower() not in HOPS}
                # A proxy is given the whole address.
                path = self.path[self.path.index("/", len("http://")):]
                request = (self.command, path, headers, body)
                recorder.requests.append(request)
                status, answered, text = send(recorder.to, recorder.kept, request)
                self.send_response_only(status)
                for name, value in answered:
                    if name.lower() not in (*HOPS, "content-length"):
                        self.send_header(name, value)
                if status not in (204, 304):
                    self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = pass_on

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def send(place, kept, request):
    """One request on the connection of this thread, made anew where the other side has closed it."""
    method, path, headers, body = request
    for fresh in (False, True):
        connection = None if fresh else getattr(kept, "connection", None)
        if connection is None:
            connection = kept.connection = http.client.HTTPConnection(place, timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        except (ConnectionError, http.client.RemoteDisconnected):
            connection.close()
            if fresh:
                raise
    raise AssertionError("unreachable")


def replay(endpoint, requests, concurrency):
    """Seconds that these requests take, so many at a time. All must be answered as a read is."""
    place, kept = urlsplit(endpoint).netloc, threading.local()
    start = time.perf_counter()
    with ThreadPoolExecutor(concurrency) as pool:
        answers = list(pool.map(lambda request: send(place, kept, request)[0], requests))
    seconds = time.perf_counter() - start
    bad = sorted({status for status in answers if status not in (200, 404)})
    if bad:
        raise SystemExit(f"the replay was answered with {bad}")
    return seconds
