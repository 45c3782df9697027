"""The function of the module revocation-events against the local cloud: an event of SNS for a user, and the store then says so.

    python tests/modules/events.py <the store's outputs, JSON>

With the environment of the local cloud. The store is read as the contract's section 2 has it, by boto3.
"""

import json
import os
import socket
import sys
import time
from pathlib import Path

import boto3

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "modules/revocation-events/function"))
import revoke  # noqa: E402

DEADLINE = 60

store = json.loads(sys.argv[1])
os.environ.update(PEPPER_ARN=store["pepper_secret_arn"], QUEUE_URL=store["queue_url"], QUEUE_REGION=store["queue_arn"].split(":")[3])

# botocore puts the account before the KeyValueStore's host name; here every host is loopback.
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: resolve("127.0.0.1", *rest, **more)
stores = boto3.client("cloudfront").list_key_value_stores()["KeyValueStoreList"]["Items"]
keyvalue = boto3.client("cloudfront-keyvaluestore", endpoint_url=os.environ["AWS_ENDPOINT_URL"].replace("127.0.0.1", "localhost"))

user = {"issuer": "https://login.example.com", "subject": "mallory"}
at = int(time.time())
told = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at))
revoke.handler({"Records": [{"Sns": {"Message": json.dumps(user), "Timestamp": told}}]}, None)

name = revoke.fingerprint(user)
until = time.monotonic() + DEADLINE
while True:
    page = keyvalue.get_key(KvsARN=stores[0]["ARN"], Key=f"p:{name[:2]}")["Value"]
    found = [page[i : i + 15] for i in range(7, len(page), 15) if page[i : i + 9] == f"u{name[2:10]}"]
    if found:
        break
    if time.monotonic() > until:
        sys.exit(f"the store did not hear of the event: {page}")
    time.sleep(0.2)
if abs(int(found[0][9:], 36) - at) > 1:
    sys.exit(f"the entry is not of the time of the event, {at}: {found[0]}")
print("an event ended the sessions of its user in the store")
