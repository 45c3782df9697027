"""Lambda: roles, states, replicas, and the code of each version."""

import urllib.request

from case import Case, config, functions, lambdas


class Functions(Case):
    def create(self, **changes):
        wanted = {
            "FunctionName": "function",
            "Runtime": "nodejs24.x",
            "Role": f"arn:aws:iam::{self.account}:role/role",
            "Handler": "index.handler",
            "Code": {"ZipFile": self.function_zip()},
        }
        return {**wanted, **changes}

    def test_the_role_exists_and_trusts_lambda(self):
        create = self.cloud.client("lambda").create_function
        message = "cannot be assumed by Lambda"
        self.refused("InvalidParameterValueException", create, **self.create(), message=message)
        self.role("other", ["ec2.amazonaws.com"])
        other = self.create(Role=f"arn:aws:iam::{self.account}:role/other")
        self.refused("InvalidParameterValueException", create, **other, message=message)
        self.role()
        create(**self.create())

    def test_a_role_needs_time_where_asked(self):
        self.cloud.admin("/delays", {"role_ms": 400})
        try:
            self.role()
        finally:
            self.cloud.admin("/delays", {"role_ms": 0})
        create = self.cloud.client("lambda").create_function
        self.refused("InvalidParameterValueException", create, **self.create())

        def created():
            try:
                return create(**self.create())
            except self.cloud.client("lambda").exceptions.InvalidParameterValueException:
                return None

        self.until(created)

    def test_a_runtime_that_is_gone_is_refused(self):
        self.role()
        create = self.cloud.client("lambda").create_function
        self.refused("InvalidParameterValueException", create, **self.create(Runtime="nodejs14.x"))

    def test_a_function_is_pending_first(self):
        self.role()
        client = self.cloud.client("lambda")
        self.cloud.admin("/delays", {"lambda_ms": 500})
        try:
            self.assertEqual(client.create_function(**self.create())["State"], "Pending")
        finally:
            self.cloud.admin("/delays", {"lambda_ms": 200})
        self.refused("ResourceConflictException", client.publish_version, FunctionName="function")
        update = {"FunctionName": "function", "ZipFile": self.function_zip("exports.handler = 1;")}
        self.refused("ResourceConflictException", client.update_function_code, **update)
        client.get_waiter("function_active_v2").wait(FunctionName="function", WaiterConfig={"Delay": 1})
        self.assertEqual(client.update_function_code(**update)["LastUpdateStatus"], "InProgress")
        self.refused("ResourceConflictException", client.update_function_code, **update)
        client.get_waiter("function_updated_v2").wait(FunctionName="function", WaiterConfig={"Delay": 1})

    def test_each_version_keeps_its_code(self):
        self.role()
        client = self.cloud.client("lambda")
        zips = [self.function_zip(f"exports.handler = {number};") for number in range(2)]
        client.create_function(**self.create(Code={"ZipFile": zips[0]}))
        active = client.get_waiter("function_active_v2")
        active.wait(FunctionName="function", WaiterConfig={"Delay": 1})
        client.publish_version(FunctionName="function")
        client.update_function_code(FunctionName="function", ZipFile=zips[1])
        for qualifier, expected in (("1", zips[0]), ("$LATEST", zips[1])):
            location = client.get_function(FunctionName="function", Qualifier=qualifier)["Code"]["Location"]
            with urllib.request.urlopen(location) as answer:
                self.assertEqual(answer.read(), expected)


class Replicas(Case):
    def test_a_version_at_the_edge_stays_until_its_replicas_are_gone(self):
        arn = self.edge_function("edge")
        client = self.cloud.client("lambda")
        made = self.distribution(behavior=lambdas(arn))["Distribution"]["Id"]
        code, message = "InvalidParameterValueException", "because it is a replicated function"
        self.refused(code, client.delete_function, FunctionName="edge", message=message)
        self.refused(code, client.delete_function, FunctionName="edge", Qualifier="1", message=message)

        self.deployed(made)
        current = self.cloudfront.get_distribution_config(Id=made)
        without = {**config("reference"), "CallerReference": "reference"}
        self.cloudfront.update_distribution(Id=made, IfMatch=current["ETag"], DistributionConfig=without)
        self.refused(code, client.delete_function, FunctionName="edge", Qualifier="1", message=message)

        def deleted():
            try:
                client.delete_function(FunctionName="edge", Qualifier="1")
                return True
            except client.exceptions.InvalidParameterValueException:
                return False

        self.until(deleted)
        client.delete_function(FunctionName="edge")

    def test_deleting_the_distribution_withdraws_as_well(self):
        arn = self.edge_function("edge")
        client = self.cloud.client("lambda")
        made = self.distribution(behavior=lambdas(arn))["Distribution"]["Id"]
        self.disable_and_delete(made)
        self.refused("InvalidParameterValueException", client.delete_function, FunctionName="edge")

    def test_a_version_that_never_was_at_the_edge_goes_at_once(self):
        self.edge_function("edge")
        self.cloud.client("lambda").delete_function(FunctionName="edge", Qualifier="1")


class Deployment(Case):
    def test_a_distribution_is_deployed_in_time(self):
        made = self.distribution()["Distribution"]
        self.assertEqual(made["Status"], "InProgress")
        listed = self.cloudfront.list_distributions()["DistributionList"]["Items"]
        self.assertEqual([item["Status"] for item in listed], ["InProgress"])
        self.cloudfront.get_waiter("distribution_deployed").wait(Id=made["Id"], WaiterConfig={"Delay": 1})

    def test_a_disabled_distribution_is_deleted_only_when_deployed(self):
        made = self.distribution(settle=True)
        identity = made["Distribution"]["Id"]
        off = {**made["Distribution"]["DistributionConfig"], "Enabled": False}
        changed = self.cloudfront.update_distribution(Id=identity, IfMatch=made["ETag"], DistributionConfig=off)
        last = {"Id": identity, "IfMatch": changed["ETag"]}
        self.refused("DistributionNotDisabled", self.cloudfront.delete_distribution, **last)
        self.deployed(identity)
        self.cloudfront.delete_distribution(**last)

    def test_an_update_is_deployed_again(self):
        made = self.distribution(settle=True)
        arn = self.viewer_function()
        wanted = {**made["Distribution"]["DistributionConfig"]}
        wanted["DefaultCacheBehavior"] = {**wanted["DefaultCacheBehavior"], **functions(arn)}
        changed = self.cloudfront.update_distribution(
            Id=made["Distribution"]["Id"], IfMatch=made["ETag"], DistributionConfig=wanted
        )
        self.assertEqual(changed["Distribution"]["Status"], "InProgress")
