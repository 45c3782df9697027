"""Faults in each service's own words, broken connections, held calls, and the record of it all."""

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request

import botocore.exceptions
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError

from case import Case

BROKEN = (ConnectionClosedError, EndpointConnectionError)


class Faults(Case):
    def fault(self, **rule):
        self.cloud.admin("/faults", {"account": self.account, **rule})

    def code(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        error = caught.exception.response
        return error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]

    def test_services_fail_in_their_own_words(self):
        arn = self.store()
        data = self.cloud.client("cloudfront-keyvaluestore")
        calls = {
            "cloudfront": (self.cloudfront.list_distributions, {}),
            "cloudfront-keyvaluestore": (data.describe_key_value_store, {"KvsARN": arn}),
            "wafv2": (self.cloud.client("wafv2").list_web_acls, {"Scope": "CLOUDFRONT"}),
            "lambda": (self.cloud.client("lambda").list_functions, {}),
            "iam": (self.cloud.client("iam").list_roles, {}),
            "secretsmanager": (self.cloud.client("secretsmanager").list_secrets, {}),
            "s3": (self.cloud.client("s3").list_buckets, {}),
        }
        expected = {
            "throttle": {
                "cloudfront": ("Throttling", 400),
                "cloudfront-keyvaluestore": ("ThrottlingException", 429),
                "wafv2": ("ThrottlingException", 400),
                "lambda": ("TooManyRequestsException", 429),
                "iam": ("Throttling", 400),
                "secretsmanager": ("ThrottlingException", 400),
                "s3": ("SlowDown", 503),
            },
            "denied": {
                "cloudfront": ("AccessDenied", 403),
                "cloudfront-keyvaluestore": ("AccessDeniedException", 403),
                "wafv2": ("AccessDeniedException", 400),
                "lambda": ("AccessDeniedException", 403),
                "iam": ("AccessDenied", 403),
                "secretsmanager": ("AccessDeniedException", 400),
                "s3": ("AccessDenied", 403),
            },
            "conflict": {
                "cloudfront": ("PreconditionFailed", 412),
                "cloudfront-keyvaluestore": ("ConflictException", 409),
                "wafv2": ("WAFOptimisticLockException", 400),
                "lambda": ("ResourceConflictException", 409),
            },
            "5xx": {
                "cloudfront": ("ServiceUnavailable", 503),
                "cloudfront-keyvaluestore": ("InternalServerException", 500),
                "wafv2": ("WAFInternalErrorException", 500),
                "lambda": ("ServiceException", 500),
                "iam": ("ServiceFailure", 500),
                "secretsmanager": ("InternalServiceError", 500),
            },
        }
        for kind, services in expected.items():
            for service, wanted in services.items():
                with self.subTest(kind=kind, service=service):
                    call, arguments = calls[service]
                    # Two: botocore repeats a call once when it is told that a repetition may help.
                    self.fault(kind=kind, service=service, count=2)
                    self.assertEqual(self.code(call, **arguments), wanted)
                    self.cloud.admin(f"/faults?account={self.account}", method="DELETE")
                    call(**arguments)

    def test_the_nth_call_is_hit(self):
        self.fault(kind="denied", service="cloudfront", operation="ListDistributions", nth=2)
        self.cloudfront.list_distributions()
        self.cloudfront.list_functions()
        self.assertEqual(self.code(self.cloudfront.list_distributions)[0], "AccessDenied")
        self.cloudfront.list_distributions()

    def test_a_reset_call_was_not_carried_out(self):
        self.fault(kind="reset", operation="CreateDistribution", count=5)
        with self.assertRaises(BROKEN):
            self.distribution()
        self.assertEqual(self.cloudfront.list_distributions()["DistributionList"]["Quantity"], 0)

    def test_a_killed_connection_hides_what_was_done(self):
        self.fault(kind="kill-connection", operation="CreateFunction", count=5)
        with self.assertRaises((*BROKEN, ClientError)):
            self.viewer_function("done")
        self.assertEqual(self.cloudfront.list_functions()["FunctionList"]["Quantity"], 1)

    def test_a_slow_call_ends_after_a_later_one(self):
        self.fault(kind="slow", operation="ListDistributions", delay_ms=500)
        slow = threading.Thread(target=self.cloudfront.list_distributions)
        slow.start()
        self.until(lambda: self.cloud.admin("/faults")["rules"][-1]["matched"])
        self.cloudfront.list_functions()
        slow.join()
        self.assertEqual([line["operation"] for line in self.cloud.calls()], ["ListFunctions", "ListDistributions"])

    def raw(self, name):
        """CreateSecret without an SDK's mercy for what comes back."""
        body = json.dumps({"Name": name, "SecretString": "s", "ClientRequestToken": "0" * 32}).encode()
        headers = {"x-amz-target": "secretsmanager.CreateSecret", "content-type": "application/x-amz-json-1.1"}
        request = AWSRequest("POST", self.cloud.endpoint + "/", headers=headers, data=body)
        SigV4Auth(Credentials(self.account, "test"), "secretsmanager", "us-east-1").add_auth(request)
        return urllib.request.urlopen(urllib.request.Request(request.url, body, dict(request.headers)))

    def test_an_answer_can_be_foreign_or_end_half_way(self):
        def foreign(name):
            with self.raw(name) as answer, self.assertRaises(ValueError):
                json.loads(answer.read())

        def half(name):
            with self.raw(name) as answer, self.assertRaises(http.client.IncompleteRead) as caught:
                answer.read()
            self.assertGreater(len(caught.exception.partial), 0)

        for kind, meets in {"garbage": foreign, "truncated": half}.items():
            with self.subTest(kind=kind):
                self.fault(kind=kind, operation="CreateSecret")
                meets(kind)
                # What the caller could not read was done all the same.
                self.cloud.client("secretsmanager").get_secret_value(SecretId=kind)
                self.assertEqual([line["fault"] for line in self.cloud.calls() if "fault" in line][-1], kind)

    def test_a_call_can_stay_unanswered_and_undone(self):
        self.fault(kind="timeout", operation="CreateSecret", count=5)
        hasty = self.cloud.client("secretsmanager", read_timeout=0.5)
        with self.assertRaises(botocore.exceptions.ReadTimeoutError):
            hasty.create_secret(Name="never", SecretString="s")
        self.assertEqual(hasty.list_secrets()["SecretList"], [])

    def test_faults_are_recorded(self):
        self.fault(kind="denied", operation="ListDistributions")
        self.code(self.cloudfront.list_distributions)
        line = self.cloud.calls()[-1]
        self.assertEqual((line["fault"], line["error_code"], line["status"]), ("denied", "AccessDenied", 403))

    def test_an_unknown_rule_is_refused(self):
        with self.assertRaises(Exception):
            self.fault(kind="nonsense")


class Holds(Case):
    CHILD = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from cloud import Cloud\n"
        "from case import config\n"
        "Cloud.read(sys.argv[2]).client('cloudfront').create_distribution(DistributionConfig=config('held'))\n"
    )

    def held_child(self, when):
        self.cloud.admin("/faults", {"account": self.account, "kind": "hold", "mutating": True, "when": when})
        here = os.path.dirname(os.path.abspath(__file__))
        child = subprocess.Popen([sys.executable, "-c", self.CHILD, here, self.account])
        held = self.cloud.admin(f"/holds?account={self.account}&timeout_ms=20000")["holds"]
        self.assertEqual([(one["operation"], one["when"]) for one in held], [("CreateDistribution", when)])
        return child, held[0]["id"]

    def kill(self, when):
        child, _ = self.held_child(when)
        child.send_signal(signal.SIGKILL)
        child.wait()
        self.until(lambda: not self.cloud.admin(f"/holds?account={self.account}&timeout_ms=0")["holds"])
        return self.cloudfront.list_distributions()["DistributionList"]["Quantity"]

    def test_a_caller_killed_before_its_call_has_not_called(self):
        self.assertEqual(self.kill("before"), 0)
        line = [line for line in self.cloud.calls() if line["operation"] == "CreateDistribution"]
        self.assertEqual([(one["fault"], one["status"]) for one in line], [("hold", 0)])

    def test_a_caller_killed_after_its_call_has_called(self):
        self.assertEqual(self.kill("after"), 1)

    def test_a_released_call_goes_on(self):
        child, identity = self.held_child("before")
        self.assertEqual(self.cloud.admin("/holds/release", {"id": identity}), {"released": 1})
        self.assertEqual(child.wait(timeout=20), 0)
        self.assertEqual(self.cloudfront.list_distributions()["DistributionList"]["Quantity"], 1)


class Record(Case):
    def test_no_value_of_a_request_is_recorded(self):
        canary = "canary-8c1f"
        secrets = self.cloud.client("secretsmanager")
        secrets.create_secret(Name="s", SecretString=canary)
        arn = self.store()
        data = self.cloud.client("cloudfront-keyvaluestore")
        etag = data.describe_key_value_store(KvsARN=arn)["ETag"]
        data.put_key(KvsARN=arn, Key="k", Value=canary, IfMatch=etag)
        self.viewer_function("f", code=f"// {canary}")
        with open(self.cloud.endpoints["aws"]["calls_log"], encoding="utf-8") as file:
            text = file.read()
        self.assertIn('"CreateSecret"', text)
        self.assertNotIn(canary, text)

    def test_a_line_names_call_object_and_effect(self):
        self.cloudfront.create_key_value_store(Name="named")
        line = self.cloud.calls()[-1]
        names = ["service", "operation", "object", "mutating", "effect", "status", "error_code"]
        wanted = ["cloudfront", "CreateKeyValueStore", "key-value-store/named", True, "create", 201, ""]
        self.assertEqual([line[name] for name in names], wanted)
        self.assertTrue(line["request_id"] and line["time"] and line["seq"])

    def left(self):
        answer = self.cloud.admin(f"/created?account={self.account}")
        names = [{f"{one['type']}/{one['id']}" for one in answer[part]} for part in ("objects", "awaiting_deletion")]
        return names

    def test_the_ledger_is_creates_minus_deletes(self):
        self.store("store")
        made = self.distribution(settle=True)["Distribution"]["Id"]
        self.edge_function("edge")
        acl = self.web_acl()
        secrets = self.cloud.client("secretsmanager")
        secret = secrets.create_secret(Name="a/b", SecretString="x")["ARN"]
        standing, _ = self.left()
        wanted = {
            "key-value-store/store",
            f"distribution/{made}",
            "function/edge",
            "function/edge:1",
            "role/edge-role",
            f"web-acl/{acl['Id']}",
            "secret/a/b",
        }
        self.assertEqual(standing, wanted)
        etag = self.cloudfront.describe_key_value_store(Name="store")["ETag"]
        self.cloudfront.delete_key_value_store(Name="store", IfMatch=etag)
        self.disable_and_delete(made)
        self.cloud.client("lambda").delete_function(FunctionName="edge")
        self.cloud.client("iam").delete_role(RoleName="edge-role")
        named = {"Name": acl["Name"], "Id": acl["Id"], "Scope": "CLOUDFRONT"}
        self.cloud.client("wafv2").delete_web_acl(**named, LockToken=acl["LockToken"])
        secrets.delete_secret(SecretId=secret, RecoveryWindowInDays=7)
        self.assertEqual(self.left(), [set(), {"secret/a/b"}])
        secrets.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
        self.assertEqual(self.left(), [set(), set()])


    def test_deleting_a_part_does_not_delete_the_whole(self):
        self.edge_function("edge")
        functions, storage = self.cloud.client("lambda"), self.cloud.client("s3")
        functions.create_function_url_config(FunctionName="edge", AuthType="AWS_IAM")
        self.assertIn("function/edge/FunctionUrlConfig", self.left()[0])
        functions.delete_function_url_config(FunctionName="edge")
        bucket = f"parts-{self.account}"
        storage.create_bucket(Bucket=bucket)
        storage.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
        storage.delete_bucket_tagging(Bucket=bucket)
        logs = self.cloud.client("logs")
        logs.create_log_group(logGroupName="/a/b")
        logs.create_log_stream(logGroupName="/a/b", logStreamName="s")
        logs.delete_log_stream(logGroupName="/a/b", logStreamName="s")
        wanted = {"function/edge", "function/edge:1", "role/edge-role", f"bucket/{bucket}", "log-group//a/b"}
        self.assertEqual(self.left()[0], wanted)


class Program(Case):
    def test_a_directory_holds_one_cloud(self):
        state = os.environ["LOCAL_CLOUD_STATE"]
        second = subprocess.run(
            [os.environ["LOCAL_CLOUD_PROGRAM"], "up", "--state", state], capture_output=True, text=True, timeout=60
        )
        self.assertEqual(second.returncode, 1)
        self.assertIn("already running", second.stderr)

    def test_everything_listens_on_loopback(self):
        pids = {self.cloud.endpoints["pid"]}
        for _ in range(3):
            for entry in os.listdir("/proc"):
                if entry.isdigit() and _parent(entry) in pids:
                    pids.add(int(entry))
        for pid in pids:
            for address in _listening(pid):
                self.assertTrue(address.startswith("0100007F") or address.endswith("01000000"), address)

    def test_it_says_which_child_ended(self):
        for mark, name in ((b"ministack", "ministack"), (b"idp/src/main.mjs", "the identity provider")):
            with self.subTest(name), tempfile.TemporaryDirectory() as state:
                self.kill_child(state, mark, name)

    def kill_child(self, state, mark, name):
        program = [os.environ["LOCAL_CLOUD_PROGRAM"], "up", "--state", state]
        child = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            self.assertTrue(child.stdout.readline().startswith("ready"))
            with open(os.path.join(state, "endpoints.json"), encoding="utf-8") as file:
                self.assertEqual(json.load(file)["pid"], child.pid)
            found = [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and _is(entry, child.pid, mark)]
            self.assertEqual(len(found), 1)
            os.kill(found[0], signal.SIGKILL)
            self.assertEqual(child.wait(timeout=30), 1)
            self.assertIn(f"{name} ended", child.stderr.read())
        finally:
            child.kill()
            child.communicate()

    def test_a_fault_plan_holds_from_the_first_call(self):
        with tempfile.TemporaryDirectory() as state:
            plan = os.path.join(state, "plan.json")
            with open(plan, "w", encoding="utf-8") as file:
                json.dump({"rules": [{"kind": "denied", "operation": "ListFunctions"}]}, file)
            program = [os.environ["LOCAL_CLOUD_PROGRAM"], "up", "--state", state, "--fault-plan", plan]
            child = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
            try:
                self.assertTrue(child.stdout.readline().startswith("ready"))
                with open(os.path.join(state, "endpoints.json"), encoding="utf-8") as file:
                    cloud = type(self.cloud)(json.load(file), self.account)
                with self.assertRaises(ClientError):
                    cloud.client("cloudfront").list_functions()
            finally:
                child.terminate()
                self.assertEqual(child.wait(timeout=30), 0)
                child.communicate()

    def test_nothing_outlives_a_killed_program(self):
        with tempfile.TemporaryDirectory() as state:
            program = [os.environ["LOCAL_CLOUD_PROGRAM"], "up", "--state", state]
            child = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            self.assertTrue(child.stdout.readline().startswith("ready"))
            parts = [entry for entry in os.listdir("/proc") if entry.isdigit() and _parent(entry) == child.pid]
            self.assertEqual(len(parts), 2)
            child.kill()
            child.communicate()
            self.until(lambda: not any(_is_alive(entry) for entry in parts))


def _parent(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return int(file.read().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def _is(pid, parent, mark):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return _parent(pid) == parent and mark in file.read()
    except OSError:
        return False


def _is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _listening(pid):
    """The local addresses, in the kernel's hexadecimal, on which a process listens."""
    try:
        sockets = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
        tables = [f"/proc/{pid}/net/tcp", f"/proc/{pid}/net/tcp6"]
        rows = [row.split() for table in tables for row in open(table, encoding="ascii").readlines()[1:]]
    except OSError:
        return []
    return [row[1].split(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets]
