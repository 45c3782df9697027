"""A running local cloud as botocore sees it: the foreign client that judges the proxy."""

import json
import os
import socket
import urllib.request

import boto3
from botocore.config import Config

_getaddrinfo = socket.getaddrinfo


def _loopback(host, *arguments, **options):
    # The KeyValueStore SDKs put the account before the endpoint's host name; that name is still this machine.
    if isinstance(host, str) and host.endswith(".127.0.0.1"):
        host = "127.0.0.1"
    return _getaddrinfo(host, *arguments, **options)


socket.getaddrinfo = _loopback


class Cloud:
    """Clients of one account, and the admin interface beside AWS's API."""

    def __init__(self, endpoints, account, endpoint=None):
        self.endpoints = endpoints
        self.account = account
        self.endpoint = endpoint or endpoints["aws"]["endpoint"]

    @classmethod
    def read(cls, account):
        with open(os.path.join(os.environ["LOCAL_CLOUD_STATE"], "endpoints.json"), encoding="utf-8") as file:
            return cls(json.load(file), account)

    def plain(self):
        """The same account on ministack without the proxy."""
        return Cloud(self.endpoints, self.account, self.endpoints["aws"]["plain_endpoint"])

    def additions(self):
        """The same account on ministack with the calls that it lacks, and nothing refused."""
        return Cloud(self.endpoints, self.account, self.endpoints["aws"]["additions_endpoint"])

    def client(self, service, region="us-east-1", secret="test", **config):
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id=self.account,
            aws_secret_access_key=secret,
            config=Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}, **config),
        )

    def admin(self, path, body=None, method=None):
        request = urllib.request.Request(
            self.endpoints["aws"]["admin"] + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
            method=method or ("GET" if body is None else "POST"),
        )
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or b"null")

    def calls(self, since=0):
        return self.admin(f"/calls?since={since}&account={self.account}")["calls"]

    def advance(self, seconds):
        """Moves the clock of all parts; `None` puts it back to the machine's."""
        query = "reset" if seconds is None else f"advance={int(seconds * 1000)}"
        self.edge(f"/clock?{query}", method="POST")

    def now(self):
        """Milliseconds since 1970 on the clock of all parts."""
        return self.edge("/clock")["now"]

    def edge(self, path, body=None, method=None):
        """The edge's own controls."""
        request = urllib.request.Request(
            self.endpoints["edge"]["admin"] + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
            method=method or ("GET" if body is None else "POST"),
        )
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or b"null")
