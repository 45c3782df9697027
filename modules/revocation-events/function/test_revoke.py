"""The function with AWS's answers played: python3 -m unittest modules/revocation-events/function/test_revoke.py

What a message must look like is read from the contract's vectors and regular expressions, not from the function.
"""

import calendar
import contextlib
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import time
import types
import unittest
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
VECTORS = json.loads((ROOT / "tests/vectors/tokens.json").read_text())["pepper"]
KEYS = {"user": r"[\w-]{12}", "session": r"[\w-]{10}"}
AT = "2026-11-23T10:00:00Z"
SECONDS = calendar.timegm((2026, 11, 23, 10, 0, 0))


class Aws(types.ModuleType):
    """Both clients in one, with what they were asked."""

    def __init__(self):
        super().__init__("boto3")
        self.asked, self.sent, self.failed = [], [], []

    def client(self, service, region_name):
        self.asked.append((service, region_name))
        return self

    def get_secret_value(self, SecretId):
        return {"SecretString": json.dumps({"v": 1, "pepper": VECTORS["secret"]})}

    def send_message_batch(self, QueueUrl, Entries):
        assert len(Entries) <= 10 and len({entry["Id"] for entry in Entries}) == len(Entries)
        self.sent.extend(Entries)
        return {"Failed": self.failed}


aws = Aws()
sys.modules["boto3"] = aws
sys.path.insert(0, str(HERE))
import revoke  # noqa: E402


def sns(body, at=AT):
    text = body if isinstance(body, str) else json.dumps(body)
    return {"Records": [{"Sns": {"Message": text, "Timestamp": at.replace("Z", ".123Z")}}]}


def bus(body, at=AT):
    return {"detail-type": "user.disabled", "time": at, "detail": body}


class Events(unittest.TestCase):
    def setUp(self):
        aws.__init__()
        revoke.kept.clear()
        os.environ.update(PEPPER_ARN="arn:aws:secretsmanager:us-east-1:1:secret:zt/main/pepper-A", QUEUE_URL="https://q", QUEUE_REGION="eu-west-1")
        os.environ.pop("ISSUER", None)

    def run_on(self, event):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            revoke.handler(event, None)
        self.printed = printed.getvalue()
        return [json.loads(entry["MessageBody"]) for entry in aws.sent]

    def refuses(self, event):
        with self.assertRaises(Exception):
            self.run_on(event)
        self.assertEqual(aws.sent, [])

    def test_users_are_who_the_contract_says(self):
        for case in VECTORS["fingerprints"]:
            self.setUp()
            [message] = self.run_on(sns({"issuer": case["issuer"], "subject": case["name"]}))
            self.assertEqual((message["kind"], message["key"]), ("user", case["fingerprint"]))

    def test_messages_have_the_form_of_the_contract(self):
        user = {"issuer": "https://login.example.com", "subject": "ada"}
        messages = self.run_on(bus({"users": [user], "sessions": ["Qx7aB2cD9e"]}))
        self.assertEqual([message["kind"] for message in messages], ["user", "session"])
        for entry, message in zip(aws.sent, messages):
            self.assertEqual(message["v"], 1)
            self.assertRegex(message["key"], f"^{KEYS[message['kind']]}$")
            self.assertEqual(message["at"], SECONDS)
            self.assertIn(message["source"], ["logout", "backchannel", "caep", "risc"])
            self.assertRegex(message["application"], r"^[a-z0-9](?:-?[a-z0-9]){0,63}$")
            self.assertEqual(entry["MessageGroupId"], "store")
            text = f"{message['kind']}.{message['key']}.{message['at']}"
            self.assertEqual(entry["MessageDeduplicationId"], hashlib.sha256(text.encode()).hexdigest())

    def test_services_are_asked_where_they_are(self):
        self.run_on(sns({"issuer": "https://login.example.com", "subject": "ada"}))
        self.assertEqual(aws.asked, [("secretsmanager", "us-east-1"), ("sqs", "eu-west-1")])

    def test_an_event_from_the_future_counts_from_now(self):
        [message] = self.run_on(bus({"sessions": ["Qx7aB2cD9e"]}, "2100-01-01T00:00:00Z"))
        self.assertLessEqual(message["at"], int(time.time()))

    def test_many_go_in_tens(self):
        self.assertEqual(len(self.run_on(sns({"sessions": [f"Qx{number:08}" for number in range(25)]}))), 25)

    def test_the_message_of_raindancers(self):
        os.environ["ISSUER"] = "https://login.example.com"
        [old] = self.run_on(sns({"action": "revoke", "userId": "ada"}))
        self.setUp()
        [new] = self.run_on(sns({"issuer": "https://login.example.com", "subject": "ada"}))
        self.assertEqual(old["key"], new["key"])

    def test_nobody_is_printed(self):
        self.run_on(sns({"issuer": "https://login.example.com", "subject": "ada"}))
        self.assertNotRegex(self.printed, "ada|login|" + re.escape(json.loads(aws.sent[0]["MessageBody"])["key"]))

    def test_what_cannot_be_understood_is_refused_whole(self):
        for body in [
            {}, [], "no json", {"users": {}}, {"sessions": "Qx7aB2cD9e"}, {"issuer": "https://login.example.com"}, {"subject": "ada"},
            {"issuer": "", "subject": "ada"}, {"issuer": "https://login.example.com", "subject": 7}, {"users": ["ada"]}, {"sessions": ["Qx7aB2cD9"]},
            {"sessions": ["Qx7aB2cD9e\n"]}, {"sessions": ["Qx7aB2cD9e", 7]}, {"action": "revoke", "userId": "ada"},
            {"issuer": "https://login.example.com", "subject": "\ud800"}, {"sessions": ["Qx7aB2cD9e"] * 1001},
        ]:
            with self.subTest(body=body):
                self.refuses(sns(body))
        for event in [{}, {"detail": {"sessions": ["Qx7aB2cD9e"]}}, bus({"sessions": ["Qx7aB2cD9e"]}, "yesterday")]:
            with self.subTest(event=event):
                self.refuses(event)

    def test_a_queue_that_takes_less_is_an_error(self):
        aws.failed = [{"Id": "0"}]
        with self.assertRaises(revoke.Refused):
            self.run_on(sns({"sessions": ["Qx7aB2cD9e"]}))

    def test_the_package_is_of_this_text(self):
        subprocess.run([sys.executable, HERE / "pack.py", "--check"], check=True)


if __name__ == "__main__":
    unittest.main()
