"""Makes or drops the quickstart's private bucket with its pages. Prints a JSON list of the keys."""

import json
import sys

import boto3
from botocore.config import Config

PAGES = {
    "public/index.html": "Public page: anybody may read this.",
    "members/index.html": "Members' area: staff only.",
    "admin/index.html": "Administration: admins only.",
}


def main():
    action, bucket = sys.argv[1:3]
    storage = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
    if action == "make":
        storage.create_bucket(Bucket=bucket)
        for key, text in PAGES.items():
            page = f"<!doctype html><title>{key}</title><h1>{text}</h1>\n"
            storage.put_object(Bucket=bucket, Key=key, Body=page.encode(), ContentType="text/html; charset=utf-8")
    else:
        for key in PAGES:
            storage.delete_object(Bucket=bucket, Key=key)
        storage.delete_bucket(Bucket=bucket)
    print(json.dumps(sorted(PAGES)))


main()
