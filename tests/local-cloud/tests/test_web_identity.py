"""STS's web identity tokens: switched on by the account, signed by keys that anybody can fetch, for a principal and an audience."""

import base64
import json
import ssl
import urllib.error
import urllib.request

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from case import Case


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(text):
    return int.from_bytes(decoded(text), "big")


def verify(token, keys):
    """Claims of a token that one of the keys verifies (RFC 7515, RFC 7518)."""
    signed, _, signature = token.rpartition(".")
    header, claims = (json.loads(decoded(part)) for part in signed.split("."))
    [key] = [key for key in keys if key["kid"] == header["kid"] and key["alg"] == header["alg"]]
    raw = decoded(signature)
    if header["alg"] == "RS256":
        public = rsa.RSAPublicNumbers(number(key["e"]), number(key["n"])).public_key()
        public.verify(raw, signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    else:
        assert header["alg"] == "ES384" and len(raw) == 96
        public = ec.EllipticCurvePublicNumbers(number(key["x"]), number(key["y"]), ec.SECP384R1()).public_key()
        halves = utils.encode_dss_signature(int.from_bytes(raw[:48], "big"), int.from_bytes(raw[48:], "big"))
        public.verify(halves, signed.encode(), ec.ECDSA(hashes.SHA384()))
    return claims


class WebIdentity(Case):
    def setUp(self):
        super().setUp()
        self.iam = self.cloud.client("iam")
        self.sts = self.cloud.client("sts")

    def get(self, url):
        context = ssl.create_default_context(cafile=self.cloud.endpoints["edge"]["ca_file"])
        with urllib.request.urlopen(url, context=context) as answer:
            return json.loads(answer.read())

    def test_an_account_switches_it_on_first(self):
        wanted = {"Audience": ["api://a"], "SigningAlgorithm": "RS256"}
        self.refused("FeatureDisabled", self.iam.get_outbound_web_identity_federation_info)
        self.refused("OutboundWebIdentityFederationDisabledException", self.sts.get_web_identity_token, **wanted)
        issuer = self.iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
        self.refused("FeatureEnabled", self.iam.enable_outbound_web_identity_federation)
        told = self.iam.get_outbound_web_identity_federation_info()
        self.assertEqual((told["IssuerIdentifier"], told["JwtVendingEnabled"]), (issuer, True))
        self.sts.get_web_identity_token(**wanted)
        self.iam.disable_outbound_web_identity_federation()
        self.refused("OutboundWebIdentityFederationDisabledException", self.sts.get_web_identity_token, **wanted)
        self.assertEqual(self.iam.enable_outbound_web_identity_federation()["IssuerIdentifier"], issuer)

    def test_the_published_keys_verify_a_token(self):
        issuer = self.iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
        self.assertTrue(issuer.startswith(self.cloud.endpoints["aws"]["token_issuer"] + "/"))
        discovery = self.get(f"{issuer}/.well-known/openid-configuration")
        self.assertEqual(discovery["issuer"], issuer)
        keys = self.get(discovery["jwks_uri"])["keys"]
        for algorithm in ("RS256", "ES384"):
            answer = self.sts.get_web_identity_token(
                Audience=["api://AzureADTokenExchange"],
                SigningAlgorithm=algorithm,
                DurationSeconds=60,
                Tags=[{"Key": "team", "Value": "a"}],
            )
            claims = verify(answer["WebIdentityToken"], keys)
            self.assertEqual(claims["iss"], issuer)
            self.assertEqual(claims["aud"], "api://AzureADTokenExchange")
            self.assertEqual(claims["sub"], f"arn:aws:iam::{self.account}:root")
            self.assertEqual(claims["exp"] - claims["iat"], 60)
            self.assertEqual(answer["Expiration"].timestamp(), claims["exp"])
            self.assertEqual(claims["https://sts.amazonaws.com/"]["request_tags"], {"team": "a"})

    def test_a_request_stays_within_the_model(self):
        self.iam.enable_outbound_web_identity_federation()
        good = {"Audience": ["a"], "SigningAlgorithm": "RS256"}
        call = self.sts.get_web_identity_token
        self.refused("ValidationError", call, **{**good, "SigningAlgorithm": "HS256"})
        self.refused("ValidationError", call, **{**good, "Audience": [f"{n}" for n in range(11)]})
        self.refused("ValidationError", call, **good, DurationSeconds=3601)
        self.assertEqual(len(claims_of(call(**{**good, "Audience": ["a", "b"]}))["aud"]), 2)

    def test_each_account_has_an_issuer_of_its_own_and_no_other_exists(self):
        issuer = self.iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
        base, _, mine = issuer.rpartition("/")
        for other in ("00000000-0000-4000-8000-000000000000", f"{mine}x", ""):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                self.get(f"{base}/{other}/.well-known/openid-configuration")
            self.assertEqual(caught.exception.code, 404)


def claims_of(answer):
    """The claims alone, where the signature is not the point."""
    return json.loads(decoded(answer["WebIdentityToken"].split(".")[1]))
