"""The identity providers as `endpoints.json` tells of them: Entra's dress with a federated client, Cognito's hosted UI behind TLS."""

import base64
import hashlib
import http.cookiejar
import json
import re
import secrets
import ssl
import urllib.error
import urllib.parse
import urllib.request

from case import Case


class Stop(urllib.request.HTTPRedirectHandler):
    """Redirects to the edge end the login: nobody listens there."""

    def redirect_request(self, request, answer, code, message, headers, url):
        if "/oauth2/callback" in url or "/oauth2/signed-out" in url:
            raise Landed(url)
        return super().redirect_request(request, answer, code, message, headers, url)


class Landed(Exception):
    @property
    def query(self):
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.args[0]).query))


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Providers(Case):
    def setUp(self):
        super().setUp()
        self.endpoints = self.cloud.endpoints
        context = ssl.create_default_context(cafile=self.endpoints["edge"]["ca_file"])
        handlers = [urllib.request.HTTPSHandler(context=context), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), Stop()]
        self.browser = urllib.request.build_opener(*handlers)
        self.callback = f"https://quickstart.localhost:{self.endpoints['edge']['port']}/oauth2/callback"
        self.verifier = secrets.token_urlsafe(32)

    def get(self, url):
        return json.loads(self.browser.open(url).read())

    def authorize(self, endpoint, client, **more):
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {"response_type": "code", "client_id": client, "redirect_uri": self.callback, "scope": "openid email profile",
            "state": "s", "nonce": "n", "code_challenge": challenge, "code_challenge_method": "S256", **more}
        return f"{endpoint}?{urllib.parse.urlencode(query)}"

    def sign_in(self, url, fields):
        """Fills in the one form that is shown; where the browser is sent then."""
        with self.browser.open(url) as page:
            text, at = page.read().decode(), page.url
        action = re.search(r'<form[^>]*action="([^"]*)"', text)[1]
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
        form = urllib.parse.urlencode({**hidden, **fields}).encode()
        with self.assertRaises(Landed) as landed:
            self.browser.open(urllib.parse.urljoin(at, action), form)
        return landed.exception.query

    def redeem(self, endpoint, client, code, **more):
        form = {"grant_type": "authorization_code", "client_id": client, "redirect_uri": self.callback, "code": code,
            "code_verifier": self.verifier, **more}
        return json.loads(self.browser.open(endpoint, urllib.parse.urlencode(form).encode()).read())

    def test_the_hosted_ui_signs_in_with_code_and_proof(self):
        cognito = self.endpoints["cognito"]
        discovery = self.get(cognito["discovery"])
        self.assertEqual(discovery["issuer"], cognito["issuer"])
        for member in ("authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"):
            self.assertEqual(discovery[member], cognito[member])
        url = self.authorize(cognito["authorization_endpoint"], cognito["client_id"])
        answer = self.sign_in(url, {"username": cognito["user"], "password": cognito["password"]})
        self.assertEqual(answer["state"], "s")
        tokens = self.redeem(cognito["token_endpoint"], cognito["client_id"], answer["code"])
        claims = claims_of(tokens["id_token"])
        known = (claims["iss"], claims["aud"], claims["sub"], claims["nonce"], claims["cognito:groups"])
        self.assertEqual(known, (cognito["issuer"], cognito["client_id"], cognito["subject"], "n", cognito["groups"]))
        self.assertIn("refresh_token", tokens)
        self.assertTrue(self.get(cognito["jwks_uri"])["keys"])

    def test_a_strong_login_takes_the_code_of_the_first_user(self):
        provider = self.endpoints["identity_provider"]
        discovery = self.get(provider["issuer"] + "/.well-known/openid-configuration")
        url = self.authorize(discovery["authorization_endpoint"], provider["client_id"], acr_values="mfa")
        answer = self.sign_in(url, {"user": provider["user"], "password": provider["password"], "code": provider["code"]})
        claims = claims_of(self.redeem(discovery["token_endpoint"], provider["client_id"], answer["code"])["id_token"])
        self.assertEqual((claims["acr"], claims["amr"], claims["sub"]), ("mfa", ["pwd", "otp"], provider["subject"]))

    def test_nothing_but_cognito_is_behind_its_port(self):
        base = self.endpoints["cognito"]["token_endpoint"].removesuffix("/oauth2/token")
        for path in ("/", "/_ministack/health", "/2020-05-31/distribution"):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                self.browser.open(base + path)
            self.assertEqual(caught.exception.code, 404, path)

    def test_a_token_of_sts_is_a_client_of_the_dressed_provider(self):
        entra = self.endpoints["identity_provider"]["entra"]
        issuer = self.cloud.client("iam").enable_outbound_web_identity_federation()["IssuerIdentifier"]
        audience = "api://AzureADTokenExchange"
        credential = {"issuer": issuer, "subject": f"arn:aws:iam::{self.account}:root", "audience": audience}
        self.provider("/federation", credential)
        sts = self.cloud.client("sts")
        token = sts.get_web_identity_token(Audience=[audience], SigningAlgorithm="RS256")["WebIdentityToken"]
        discovery = self.get(f"{entra['issuer']}/.well-known/openid-configuration")
        client = entra["federated_client_id"]
        provider = self.endpoints["identity_provider"]
        url = self.authorize(discovery["authorization_endpoint"], client)
        answer = self.sign_in(url, {"user": provider["user"], "password": provider["password"]})
        assertion = {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": token}
        claims = claims_of(self.redeem(discovery["token_endpoint"], client, answer["code"], **assertion)["id_token"])
        self.assertEqual((claims["iss"], claims["tid"]), (entra["issuer"], entra["tenant"]))

    def provider(self, path, body):
        data = json.dumps(body).encode()
        return json.loads(urllib.request.urlopen(self.endpoints["identity_provider"]["admin"] + path, data).read())
