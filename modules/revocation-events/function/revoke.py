"""Turns an event that names people or sessions into messages of a session store's queue.

An event is what SNS delivers or EventBridge sends; what it holds is one JSON object with any of

    {"users": [{"issuer": "https://login.example.com", "subject": "00u1a2b3c4"}], "sessions": ["Qx7aB2cD9e"]}
    {"issuer": "https://login.example.com", "subject": "00u1a2b3c4"}
    {"action": "revoke", "userId": "00u1a2b3c4"}        (with an issuer of its own set for these)

Every session that such a user has at the time of the event ends; he may log in again. What cannot be understood, or not be put into the queue,
is an error: Lambda tries again, and then keeps the event in the dead-letter queue. Nobody's name is printed.
"""

import base64
import calendar
import hashlib
import hmac
import json
import os
import re
import struct
import time

import boto3

HANDLE = re.compile(r"[A-Za-z0-9_-]{10}")
TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z")
MOST = 1000
kept = {}


class Refused(Exception):
    """Says what is wrong in words of ours; what the event holds is never part of it."""


def handler(event, _context):
    facts = [fact for body, at in contents(event) for fact in facts_of(body, at)]
    if not facts:
        raise Refused("the event names nobody")
    for first in range(0, len(facts), 10):
        send(facts[first : first + 10])
    print(json.dumps({"log": "zt-revocation-events", "v": 1, "queued": len(facts)}))
    return {"queued": len(facts)}


def contents(event):
    """What was sent, and when: a repeated delivery must not end a login that came after the event."""
    if isinstance(event.get("Records"), list):
        for record in event["Records"]:
            yield parsed(record["Sns"]["Message"]), seconds(record["Sns"]["Timestamp"])
    elif "detail" in event and "time" in event:
        yield event["detail"], seconds(event["time"])
    else:
        raise Refused("neither SNS nor EventBridge sends such events")


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        raise Refused("the message is no JSON") from None


def seconds(text):
    found = TIME.fullmatch(text)
    if not found:
        raise Refused("the event has no time")
    return min(calendar.timegm(time.strptime(found[1], "%Y-%m-%dT%H:%M:%S")), int(time.time()))


def facts_of(body, at):
    if not isinstance(body, dict):
        raise Refused("the message is no object")
    users, sessions = list_of(body, "users"), list_of(body, "sessions")
    if "issuer" in body or "subject" in body:
        users = [*users, {"issuer": body.get("issuer"), "subject": body.get("subject")}]
    if body.get("action") == "revoke":
        users = [*users, {"issuer": os.environ.get("ISSUER"), "subject": body.get("userId")}]
    if len(users) + len(sessions) > MOST:
        raise Refused(f"the message names more than {MOST}")
    for user in users:
        yield {"kind": "user", "key": fingerprint(user), "at": at}
    for handle in sessions:
        if not isinstance(handle, str) or not HANDLE.fullmatch(handle):
            raise Refused("a session is named by ten characters, its handle")
        yield {"kind": "session", "key": handle, "at": at}


def list_of(body, name):
    found = body.get(name, [])
    if not isinstance(found, list):
        raise Refused(f"{name} is no list")
    return found


def fingerprint(user):
    """Section 1 of the contract: the first nine bytes of the HMAC of issuer and subject under the store's pepper."""
    names = [user.get("issuer"), user.get("subject")] if isinstance(user, dict) else [None]
    if not all(isinstance(name, str) and name for name in names):
        raise Refused("a user is named by issuer and subject")
    try:
        lengthed = b"".join(struct.pack(">I", len(raw)) + raw for raw in (name.encode() for name in names))
    except UnicodeEncodeError:
        raise Refused("a name is no text") from None
    return b64u(hmac.new(pepper(), lengthed, hashlib.sha256).digest()[:9])


def b64u(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def pepper():
    """Read once for each process: the pepper of a store never changes."""
    if "pepper" not in kept:
        arn = os.environ["PEPPER_ARN"]
        client = boto3.client("secretsmanager", region_name=arn.split(":")[3])
        text = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])["pepper"]
        kept["pepper"] = base64.urlsafe_b64decode(text + "=")
    return kept["pepper"]


def send(facts):
    url = os.environ["QUEUE_URL"]
    kept.setdefault("queue", boto3.client("sqs", region_name=os.environ["QUEUE_REGION"]))
    answer = kept["queue"].send_message_batch(QueueUrl=url, Entries=[entry(number, fact) for number, fact in enumerate(facts)])
    if answer.get("Failed"):
        raise Refused("the queue did not take all of it")


def entry(number, fact):
    # The contract knows no source for what an operator's event says; risc is that of a signal which ends all sessions of somebody.
    body = {"v": 1, **fact, "application": "revocation-events", "source": "risc"}
    repeated = hashlib.sha256(f"{fact['kind']}.{fact['key']}.{fact['at']}".encode()).hexdigest()
    return {"Id": str(number), "MessageBody": json.dumps(body), "MessageGroupId": "store", "MessageDeduplicationId": repeated}
