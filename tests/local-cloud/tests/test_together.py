"""Control plane, edge and origin as one cloud: what was deployed is served, what was changed is seen at once."""

import email.utils
import json
import socket
import ssl
import time
import urllib.request

from case import Case, functions

READER = """import cf from 'cloudfront';
async function handler(event) {
  event.request.headers['x-value'] = {value: await cf.kvs().get('k')};
  return event.request;
}
"""


# Without an origin request policy no header of the viewer, or of a function, reaches the origin.
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"


class Together(Case):
    def get(self, host, path="/"):
        edge = self.cloud.endpoints["edge"]
        context = ssl.create_default_context(cafile=edge["ca_file"])
        with socket.create_connection(("127.0.0.1", edge["port"])) as plain:
            with context.wrap_socket(plain, server_hostname=host) as stream:
                stream.sendall(f"GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode())
                answer = b"".join(iter(lambda: stream.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), body

    def deploy(self, **behavior):
        host = f"a.{self.account}.example.com"
        certificate = self.cloud.admin("/certificates", {"account": self.account, "hosts": [host]})["certificate_arn"]
        listening = self.cloud.endpoints["origin"]
        custom = {"HTTPPort": listening["port"], "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
        origin = {"Id": "origin", "DomainName": listening["host"], "CustomOriginConfig": custom}
        self.distribution(aliases=[host], certificate=certificate, origins=[origin], behavior=behavior, settle=True)
        return host

    def test_a_write_to_the_store_is_seen_by_the_next_request(self):
        arn = self.store()
        data = self.cloud.client("cloudfront-keyvaluestore")
        etag = data.describe_key_value_store(KvsARN=arn)["ETag"]
        etag = data.put_key(KvsARN=arn, Key="k", Value="0", IfMatch=etag)["ETag"]
        reader = functions(self.viewer_function("reader", READER, stores=[arn]))
        host = self.deploy(**reader, OriginRequestPolicyId=ALL_VIEWER)
        for number in range(1, 20):
            etag = data.put_key(KvsARN=arn, Key="k", Value=str(number), IfMatch=etag)["ETag"]
            status, body = self.get(host, "/path?a=b")
            self.assertEqual(status, 200, body)
            seen = json.loads(body)
            self.assertEqual((seen["path"], seen["headers"]["x-value"]), ("/path", str(number)))

    def test_the_identity_provider_is_trusted_and_knows_its_issuer(self):
        provider = self.cloud.endpoints["identity_provider"]
        context = ssl.create_default_context(cafile=provider["ca_file"])
        url = provider["issuer"] + "/.well-known/openid-configuration"
        with urllib.request.urlopen(url, context=context) as answer:
            self.assertEqual(json.loads(answer.read())["issuer"], provider["issuer"])

    def test_one_clock_for_all(self):
        def ahead():
            sent = self.cloudfront.list_functions()["ResponseMetadata"]["HTTPHeaders"]["date"]
            return email.utils.parsedate_to_datetime(sent).timestamp() - time.time()

        controls = self.cloud.endpoints["edge"]["admin"]

        def control(query):
            urllib.request.urlopen(urllib.request.Request(f"{controls}/clock?{query}", method="POST")).read()

        self.assertLess(abs(ahead()), 5)
        try:
            control("advance=3600000")
            self.until(lambda: abs(ahead() - 3600) < 5)
        finally:
            control("reset")
        self.until(lambda: abs(ahead()) < 5)

    def test_the_edge_leaves_no_trace_in_the_record(self):
        host = self.deploy()
        before = len(self.cloud.calls())
        self.assertEqual(self.get(host)[0], 200)
        self.assertEqual(len(self.cloud.calls()), before)
