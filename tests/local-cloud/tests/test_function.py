"""CloudFront Functions: limits, the ETag of an update, and TestFunction."""

import json

from case import Case, event, function_config

READER = """import cf from 'cloudfront';
async function handler(event) {
  console.log('uri ' + event.request.uri);
  event.request.headers['x-value'] = {value: await cf.kvs().get('k')};
  return event.request;
}
"""


class Functions(Case):
    def test_code_has_at_most_ten_kilobytes(self):
        wanted = {"Name": "large", "FunctionConfig": function_config()}
        self.refused(
            "FunctionSizeLimitExceeded", self.cloudfront.create_function, **wanted, FunctionCode=b"/" * (10 * 1024 + 1)
        )
        made = self.cloudfront.create_function(**wanted, FunctionCode=b"/" * (10 * 1024))
        self.refused(
            "FunctionSizeLimitExceeded",
            self.cloudfront.update_function,
            **wanted,
            IfMatch=made["ETag"],
            FunctionCode=b"/" * (10 * 1024 + 1),
        )

    def test_an_update_answers_with_its_etag(self):
        wanted = {"Name": "function", "FunctionConfig": function_config(), "FunctionCode": b"function handler() {}"}
        made = self.cloudfront.create_function(**wanted)
        updated = self.cloudfront.update_function(**wanted, IfMatch=made["ETag"])
        described = self.cloudfront.describe_function(Name="function")
        self.assertEqual(updated["ETag"], described["ETag"])
        self.assertNotEqual(updated["ETag"], made["ETag"])
        plain = self.cloud.plain().client("cloudfront").update_function(**wanted, IfMatch=updated["ETag"])
        self.assertNotIn("ETag", plain)

    def test_broken_syntax_passes_as_on_aws(self):
        self.viewer_function("broken", code="function handler( {")

    def test_a_store_is_ready_and_only_one(self):
        self.cloud.admin("/delays", {"key_value_store_ms": 600})
        try:
            early = self.store("early", settle=False)
            wanted = {"Name": "function", "FunctionCode": b"function handler() {}"}
            create = self.cloudfront.create_function
            self.refused("InvalidArgument", create, **wanted, FunctionConfig=function_config([early]))
        finally:
            self.cloud.admin("/delays", {"key_value_store_ms": 200})
        late = self.store("late")
        self.refused("InvalidArgument", create, **wanted, FunctionConfig=function_config([early, late]))
        absent = late[:-1] + ("0" if late[-1] != "0" else "1")
        self.refused("InvalidArgument", create, **wanted, FunctionConfig=function_config([absent]))
        made = create(**wanted, FunctionConfig=function_config([late]))
        items = made["FunctionSummary"]["FunctionConfig"]["KeyValueStoreAssociations"]["Items"]
        self.assertEqual(items, [{"KeyValueStoreARN": late}])

    def test_a_public_key_is_a_pem(self):
        wanted = {"CallerReference": "c", "Name": "key", "EncodedKey": "nonsense"}
        self.refused("InvalidArgument", self.cloudfront.create_public_key, PublicKeyConfig=wanted)


class TestFunction(Case):
    def run_function(self, name, stage="DEVELOPMENT", body=None):
        etag = self.cloudfront.describe_function(Name=name, Stage=stage)["ETag"]
        return self.cloudfront.test_function(Name=name, IfMatch=etag, Stage=stage, EventObject=body or event("/path"))[
            "TestResult"
        ]

    def test_a_request_comes_back_with_what_the_store_holds(self):
        arn = self.store()
        data = self.cloud.client("cloudfront-keyvaluestore")
        etag = data.describe_key_value_store(KvsARN=arn)["ETag"]
        data.put_key(KvsARN=arn, Key="k", Value="value", IfMatch=etag)
        self.viewer_function("reader", READER, stores=[arn])
        result = self.run_function("reader", "LIVE")
        output = json.loads(result["FunctionOutput"])
        self.assertEqual(output["request"]["headers"]["x-value"], {"value": "value"})
        self.assertEqual(output["request"]["uri"], "/path")
        self.assertEqual(result["FunctionExecutionLogs"], ["uri /path"])
        self.assertTrue(0 < int(result["ComputeUtilization"]) < 100)
        self.assertFalse(result["FunctionErrorMessage"])
        self.assertEqual(result["FunctionSummary"]["Name"], "reader")

    def test_a_response_comes_back(self):
        self.viewer_function("answer", "function handler() { return {statusCode: 302, headers: {location: {value: '/<a>&'}}}; }")
        output = json.loads(self.run_function("answer")["FunctionOutput"])
        self.assertEqual(output["response"]["statusCode"], 302)
        self.assertEqual(output["response"]["headers"]["location"]["value"], "/<a>&")

    def test_an_exception_and_broken_syntax_are_told(self):
        self.viewer_function("throws", "function handler() { throw new Error('no'); }")
        thrown = self.run_function("throws")
        self.assertIn("no", thrown["FunctionErrorMessage"])
        self.assertFalse(thrown["FunctionOutput"])
        self.viewer_function("broken", "function handler( {")
        self.assertTrue(self.run_function("broken")["FunctionErrorMessage"])

    def test_stages_are_apart(self):
        code = "function handler(event) { return {statusCode: %d}; }"
        self.viewer_function("staged", code % 200)
        etag = self.cloudfront.describe_function(Name="staged")["ETag"]
        self.cloudfront.update_function(
            Name="staged", IfMatch=etag, FunctionConfig=function_config(), FunctionCode=(code % 201).encode()
        )
        seen = [
            json.loads(self.run_function("staged", stage)["FunctionOutput"])["response"]["statusCode"]
            for stage in ("LIVE", "DEVELOPMENT")
        ]
        self.assertEqual(seen, [200, 201])

    def test_bad_calls_are_refused(self):
        self.viewer_function("function")
        etag = self.cloudfront.describe_function(Name="function")["ETag"]
        test = self.cloudfront.test_function
        self.refused("InvalidIfMatchVersion", test, Name="function", IfMatch="other", EventObject=event())
        self.refused("NoSuchFunctionExists", test, Name="absent", IfMatch=etag, EventObject=event())
        self.refused("InvalidArgument", test, Name="function", IfMatch=etag, EventObject=b"no json")
