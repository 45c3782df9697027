"""Sessions as whoever can read the store can make them, by sections 1 and 2 of the edge contract: one with every grant, one with
none, and one with every grant that is revoked in the store. It shares nothing with the provider and the edge code."""

import base64, hashlib, hmac, json, os, re, socket, time
import boto3

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: _resolve("127.0.0.1", *rest, **more)
endpoint = os.environ["AWS_ENDPOINT_URL"].replace("127.0.0.1", "localhost")
keyvalue = boto3.client("cloudfront-keyvaluestore", endpoint_url=endpoint)
cloudfront = boto3.client("cloudfront")
arn = cloudfront.list_key_value_stores()["KeyValueStoreList"]["Items"][0]["ARN"]
now = int(time.time())


def value(key):
    return keyvalue.get_key(KvsARN=arn, Key=key)["Value"]


def b36(number):
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = ALPHABET[digit] + digits
    return digits.rjust(6, "0")


def b64u(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


kid, (key, *_) = next(iter(json.loads(value("a:members"))["k"].items()))
key = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))


[code] = [
    cloudfront.get_function(Name=one["Name"], Stage="LIVE")["FunctionCode"].read().decode()
    for one in cloudfront.list_functions(Stage="LIVE")["FunctionList"]["Items"]
]
generation = b36(int(re.search(r'"?\bg"?:(\d+)', code)[1])).lstrip("0")


def session(sid, grants):
    times = [b36(now - 100), b36(now - 100), b36(now + 3000)]
    signed = ".".join(["s1", kid, sid, "AA" + "u" * 10, "A" * 12, *times, generation, grants, "", "", ""])
    return signed + "." + b64u(hmac.new(key, signed.encode(), hashlib.sha256).digest())


passing, lesser, revoked = "p" * 21 + "A", "l" * 21 + "A", "r" * 21 + "A"
etag = keyvalue.describe_key_value_store(KvsARN=arn)["ETag"]
page = {"Key": "p:AA", "Value": value("p:AA") + "s" + revoked[:8] + b36(now)}
keyvalue.update_keys(KvsARN=arn, IfMatch=etag, Puts=[page])
print(json.dumps([session(passing, "ffff"), session(lesser, ""), session(revoked, "ffff")]))
