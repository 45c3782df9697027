"""IAM policies, secrets that await deletion, unsigned requests."""

import json
import urllib.error
import urllib.request

from case import Case, visibility


class Policies(Case):
    def test_a_trust_policy_follows_the_grammar(self):
        iam = self.cloud.client("iam")
        good = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        bad = [
            {},
            {"Version": "2012-10-17", "Statement": []},
            {"Version": "2012-10-17", "Statement": [{**good, "Resource": "*"}]},
            {"Version": "2012-10-17", "Statement": [{**good, "Effect": "allow"}]},
            {"Version": "2012-10-17", "Statement": [{**good, "Principal": {"Service": "lambda"}}]},
        ]
        for policy in bad:
            document = json.dumps(policy)
            self.refused("MalformedPolicyDocument", iam.create_role, RoleName="r", AssumeRolePolicyDocument=document)
        self.refused("MalformedPolicyDocument", iam.create_role, RoleName="r", AssumeRolePolicyDocument="{")
        document = json.dumps({"Version": "2012-10-17", "Statement": [good]})
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=document)
        put = {"RoleName": "r", "PolicyName": "p"}
        self.refused("MalformedPolicyDocument", iam.put_role_policy, **put, PolicyDocument=document)


class Signatures(Case):
    def test_a_signature_with_another_secret_is_refused(self):
        arn = self.store()
        wrong = {
            "secretsmanager": lambda client: (client.list_secrets, {}),
            "sqs": lambda client: (client.list_queues, {}),
            "sts": lambda client: (client.get_caller_identity, {}),
            "cloudfront-keyvaluestore": lambda client: (client.list_keys, {"KvsARN": arn}),
        }
        for service, call in wrong.items():
            with self.subTest(service=service):
                code = "SignatureDoesNotMatch" if service == "sts" else "InvalidSignatureException"
                operation, arguments = call(self.cloud.client(service, secret="other"))
                self.refused(code, operation, **arguments)
                operation, arguments = call(self.cloud.client(service))
                operation(**arguments)


class Texts(Case):
    def test_names_and_descriptions_have_limits(self):
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = self.cloud.client("iam").create_role
        self.refused("ValidationError", role, RoleName="r" * 65, AssumeRolePolicyDocument=document)
        role(RoleName="r" * 64, AssumeRolePolicyDocument=document)
        create = self.cloud.client("wafv2").create_web_acl
        wanted = {"Name": "acl", "Scope": "CLOUDFRONT", "DefaultAction": {"Allow": {}}, "VisibilityConfig": visibility("acl")}
        self.refused("ValidationException", create, **wanted, Description="zt {creating}")
        create(**wanted, Description="zt application=members creating")
        store = self.cloudfront.create_key_value_store
        self.refused("InvalidArgument", store, Name="store", Comment="c" * 129)


class Secrets(Case):
    def test_a_secret_that_awaits_deletion_blocks_its_name(self):
        secrets = self.cloud.client("secretsmanager")
        secrets.create_secret(Name="zt/a", SecretString="1")
        secrets.delete_secret(SecretId="zt/a", RecoveryWindowInDays=7)
        code = "InvalidRequestException"
        self.refused(code, secrets.create_secret, Name="zt/a", SecretString="2", message="scheduled for deletion")
        self.refused(code, secrets.get_secret_value, SecretId="zt/a", message="marked for deletion")
        self.refused(code, secrets.put_secret_value, SecretId="zt/a", SecretString="2")
        secrets.restore_secret(SecretId="zt/a")
        self.assertEqual(secrets.get_secret_value(SecretId="zt/a")["SecretString"], "1")
        secrets.delete_secret(SecretId="zt/a", ForceDeleteWithoutRecovery=True)
        secrets.create_secret(Name="zt/a", SecretString="3")


class Unsigned(Case):
    def ask(self, path, headers=None, body=None):
        request = urllib.request.Request(self.cloud.endpoint + path, data=body, headers=headers or {})
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)
        return caught.exception.code, caught.exception.read().decode()

    def test_requests_without_a_signature_are_refused(self):
        code, text = self.ask("/2020-05-31/distribution")
        self.assertEqual(code, 403)
        self.assertIn("<Code>MissingAuthenticationToken</Code>", text)
        code, text = self.ask("/", {"x-amz-target": "AWSWAF_20190729.ListWebACLs"}, b'{"Scope":"CLOUDFRONT"}')
        self.assertEqual(json.loads(text)["__type"], "MissingAuthenticationTokenException")
        self.assertEqual(self.ask("/", None, b"Action=ListRoles&Version=2010-05-08")[0], 403)
        self.assertEqual(self.ask("/some-bucket/key")[0], 403)
