"""What the tests share: an account of its own for each test, refusals by AWS's own model, waiting on conditions."""

import base64
import io
import itertools
import json
import time
import unittest
import zipfile

from botocore.exceptions import ClientError

from cloud import Cloud

_accounts = itertools.count(200000000001)

LAMBDA_TRUST = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


class Case(unittest.TestCase):
    def setUp(self):
        self.cloud = Cloud.read(f"{next(_accounts)}")
        self.account = self.cloud.account
        self.cloudfront = self.cloud.client("cloudfront")

    def tearDown(self):
        self.cloud.admin(f"/faults?account={self.account}", method="DELETE")

    def refused(self, code, call, *arguments, message=None, **named):
        """Asserts the refusal: the code, and the HTTP status that botocore's model gives for it."""
        client = call.__self__
        with self.assertRaises(ClientError) as caught:
            call(*arguments, **named)
        answer = caught.exception.response
        self.assertEqual(answer["Error"]["Code"], code, answer["Error"])
        metadata = answer["ResponseMetadata"]
        self.assertTrue(metadata["RequestId"])
        self.assertEqual(metadata["RequestId"], metadata["HTTPHeaders"]["x-amzn-requestid"])
        shapes = {shape.name: shape for shape in client.meta.service_model.error_shapes}
        modelled = shapes[code].metadata.get("error", {}).get("httpStatusCode") if code in shapes else None
        if modelled:
            self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], modelled)
        if message:
            self.assertIn(message, answer["Error"]["Message"])
        return answer

    def until(self, condition, seconds=10):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = condition()
            if found:
                return found
            time.sleep(0.02)
        self.fail("the condition was not met in time")

    # What many tests need to exist first.

    def role(self, name="role", services=LAMBDA_TRUST):
        statement = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        return self.cloud.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]

    def function_zip(self, text="exports.handler = async () => ({status: '200'});"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("index.js", text)
        return buffer.getvalue()

    def edge_function(self, name="edge", role=None, settle=True, **changes):
        """A published version, ready to be associated; its ARN."""
        functions = self.cloud.client("lambda")
        wanted = {
            "FunctionName": name,
            "Runtime": "nodejs24.x",
            "Role": role or self.role(f"{name}-role"),
            "Handler": "index.handler",
            "Code": {"ZipFile": self.function_zip()},
            "Timeout": 5,
        }
        functions.create_function(**{**wanted, **changes})
        self.until(lambda: functions.get_function(FunctionName=name)["Configuration"]["State"] == "Active")
        version = functions.publish_version(FunctionName=name)
        if settle:
            qualified = {"FunctionName": name, "Qualifier": version["Version"]}
            self.until(lambda: functions.get_function_configuration(**qualified)["State"] == "Active")
        return version["FunctionArn"]

    def viewer_function(self, name="function", code="function handler(event) { return event.request; }", live=True, stores=()):
        made = self.cloudfront.create_function(
            Name=name, FunctionConfig=function_config(stores), FunctionCode=code.encode()
        )
        if live:
            self.cloudfront.publish_function(Name=name, IfMatch=made["ETag"])
        return made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]

    def store(self, name="store", settle=True):
        arn = self.cloudfront.create_key_value_store(Name=name)["KeyValueStore"]["ARN"]
        if settle:
            self.until(lambda: self.cloudfront.describe_key_value_store(Name=name)["KeyValueStore"]["Status"] == "READY")
        return arn

    def web_acl(self, name="acl", rules=()):
        return self.cloud.client("wafv2").create_web_acl(
            Name=name, Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, VisibilityConfig=visibility(name), Rules=list(rules)
        )["Summary"]

    def distribution(self, reference="reference", settle=False, **changes):
        made = self.cloudfront.create_distribution(DistributionConfig=config(reference, **changes))
        if settle:
            self.deployed(made["Distribution"]["Id"])
        return made

    def deployed(self, distribution):
        return self.until(
            lambda: self.cloudfront.get_distribution(Id=distribution)["Distribution"]["Status"] == "Deployed"
        )

    def disable_and_delete(self, distribution):
        current = self.cloudfront.get_distribution_config(Id=distribution)
        wanted = {**current["DistributionConfig"], "Enabled": False}
        changed = self.cloudfront.update_distribution(Id=distribution, IfMatch=current["ETag"], DistributionConfig=wanted)
        self.deployed(distribution)
        self.cloudfront.delete_distribution(Id=distribution, IfMatch=changed["ETag"])


def function_config(stores=()):
    wanted = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    if stores:
        items = [{"KeyValueStoreARN": arn} for arn in stores]
        wanted["KeyValueStoreAssociations"] = {"Quantity": len(items), "Items": items}
    return wanted


def visibility(name):
    return {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": name}


def config(reference, behavior=None, aliases=(), certificate=None, origins=None, **changes):
    """A distribution of one custom origin; `behavior` changes its default behaviour."""
    origin = {
        "Id": "origin",
        "DomainName": "origin.example.com",
        "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
    }
    default = {
        "TargetOriginId": "origin",
        "ViewerProtocolPolicy": "https-only",
        "CachePolicyId": CACHING_DISABLED,
    }
    origins = origins or [origin]
    wanted = {
        "CallerReference": reference,
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": len(origins), "Items": origins},
        "DefaultCacheBehavior": {**default, **(behavior or {})},
        "Aliases": {"Quantity": len(aliases), "Items": list(aliases)},
    }
    if certificate:
        wanted["ViewerCertificate"] = {
            "ACMCertificateArn": certificate,
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        }
    return {**wanted, **changes}


def functions(arn, event="viewer-request"):
    return {"FunctionAssociations": {"Quantity": 1, "Items": [{"EventType": event, "FunctionARN": arn}]}}


def lambdas(arn, event="viewer-request", body=False):
    item = {"EventType": event, "LambdaFunctionARN": arn, "IncludeBody": body}
    return {"LambdaFunctionAssociations": {"Quantity": 1, "Items": [item]}}


def event(uri="/", kind="viewer-request"):
    request = {"method": "GET", "uri": uri, "querystring": {}, "headers": {}, "cookies": {}}
    context = {"distributionDomainName": "d1.cloudfront.net", "distributionId": "E1", "eventType": kind, "requestId": "r"}
    return json.dumps({"version": "1.0", "context": context, "viewer": {"ip": "192.0.2.1"}, "request": request}).encode()
