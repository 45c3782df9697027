"""Control plane, edge and origin as one cloud: what was deployed is served, what was changed is seen at once."""

import base64
import email.utils
import json
import socket
import ssl
import time
import urllib.request

from case import Case, functions, lambdas

READER = """import cf from 'cloudfront';
async function handler(event) {
  event.request.headers['x-value'] = {value: await cf.kvs().get('k')};
  return event.request;
}
"""


# Asks STS in its own name and answers with the token. AWS's own description of SigV4, nothing of the product.
ASKER = """const { createHash, createHmac } = require('node:crypto');
const http = require('node:http');
const sha = (text) => createHash('sha256').update(text).digest('hex');
const mac = (key, text) => createHmac('sha256', key).update(text).digest();
exports.handler = async () => {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: session } = process.env;
  const url = new URL('ENDPOINT');
  const body = 'Action=GetWebIdentityToken&Version=2011-06-15&Audience.member.1=a&SigningAlgorithm=RS256';
  const time = new Date().toISOString().replace(/[:-]|\\.\\d{3}/g, '');
  const headers = { 'content-type': 'application/x-www-form-urlencoded', host: url.host, 'x-amz-date': time, 'x-amz-security-token': session };
  const names = Object.keys(headers).join(';');
  const canonical = ['POST', '/', '', ...Object.entries(headers).map(([n, v]) => n + ':' + v), '', names, sha(body)].join('\\n');
  const scope = [time.slice(0, 8), 'us-east-1', 'sts', 'aws4_request'];
  const key = scope.reduce(mac, 'AWS4' + secret);
  const signature = mac(key, ['AWS4-HMAC-SHA256', time, scope.join('/'), sha(canonical)].join('\\n')).toString('hex');
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope.join('/')}, SignedHeaders=${names}, Signature=${signature}`;
  const text = await new Promise((resolve, reject) => {
    http.request(url, { method: 'POST', headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => { text += chunk; }).on('end', () => resolve(text));
    }).on('error', reject).end(body);
  });
  return { status: '200', body: text };
};
"""

# Without an origin request policy no header of the viewer, or of a function, reaches the origin.
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"


class Together(Case):
    def get(self, host, path="/", headers=""):
        edge = self.cloud.endpoints["edge"]
        context = ssl.create_default_context(cafile=edge["ca_file"])
        with socket.create_connection(("127.0.0.1", edge["port"])) as plain:
            with context.wrap_socket(plain, server_hostname=host) as stream:
                stream.sendall(f"GET {path} HTTP/1.1\r\nhost: {host}\r\n{headers}connection: close\r\n\r\n".encode())
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

    def test_a_location_learns_of_a_write_when_its_delay_has_passed(self):
        arn = self.store()
        data = self.cloud.client("cloudfront-keyvaluestore")
        etag = data.describe_key_value_store(KvsARN=arn)["ETag"]
        etag = data.put_key(KvsARN=arn, Key="k", Value="old", IfMatch=etag)["ETag"]
        reader = functions(self.viewer_function("reader", READER, stores=[arn]))
        host = self.deploy(**reader, OriginRequestPolicyId=ALL_VIEWER)
        near, far = self.cloud.endpoints["edge"]["locations"]

        def value(location):
            status, body = self.get(host, headers=f"x-local-edge-location: {location}\r\n")
            self.assertEqual(status, 200, body)
            return json.loads(body)["headers"]["x-value"]

        try:
            self.cloud.edge("/locations", {"name": far, "store_ms": 120_000})
            self.assertEqual((value(near), value(far)), ("old", "old"))
            data.put_key(KvsARN=arn, Key="k", Value="new", IfMatch=etag)
            self.assertEqual((value(near), value(far)), ("new", "old"))
            self.cloud.advance(119)
            self.assertEqual(value(far), "old")
            self.cloud.advance(2)
            self.assertEqual(value(far), "new")
            self.cloud.edge("/faults", {"kind": "error", "location": far})
            self.assertEqual(self.get(host, headers=f"x-local-edge-location: {far}\r\n")[0], 503)
        finally:
            self.cloud.edge("/locations", {"all_ms": 0})
            self.cloud.edge("/faults", method="DELETE")
            self.cloud.advance(None)

    def test_a_function_at_the_edge_asks_for_tokens_in_the_name_of_its_role(self):
        self.cloud.client("iam").enable_outbound_web_identity_federation()
        code = ASKER.replace("ENDPOINT", self.cloud.endpoint)
        version = self.edge_function("asker", Code={"ZipFile": self.function_zip(code)})
        host = self.deploy(**lambdas(version))
        status, body = self.get(host)
        self.assertEqual(status, 200, body)
        token = body.decode().split("<WebIdentityToken>")[1].split("<")[0]
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        self.assertEqual(claims["sub"], f"arn:aws:iam::{self.account}:role/asker-role")

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
