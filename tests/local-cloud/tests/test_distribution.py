"""What a distribution may refer to, and what may not go while it does."""

from botocore.exceptions import ClientError

from case import CACHING_DISABLED, Case, config, event, function_config, functions, lambdas

NOWHERE = "00000000-0000-0000-0000-000000000000"


class References(Case):
    def create(self, code, message=None, **changes):
        self.refused(
            code, self.cloudfront.create_distribution, DistributionConfig=config("reference", **changes), message=message
        )

    def test_policies_exist(self):
        self.create("NoSuchCachePolicy", behavior={"CachePolicyId": NOWHERE})
        self.create("NoSuchOriginRequestPolicy", behavior={"OriginRequestPolicyId": NOWHERE})
        self.create("NoSuchResponseHeadersPolicy", behavior={"ResponseHeadersPolicyId": NOWHERE})

    def test_origins_exist(self):
        self.create("NoSuchOrigin", behavior={"TargetOriginId": "elsewhere"})
        s3 = {"Id": "origin", "DomainName": "b.s3.us-east-1.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
        self.create("InvalidOriginAccessControl", origins=[{**s3, "OriginAccessControlId": "E0000000000000"}])
        self.create("InvalidArgument", origins=[{**s3, "DomainName": "127.0.0.1"}])

    def test_functions_are_published(self):
        arn = f"arn:aws:cloudfront::{self.account}:function/absent"
        self.create("InvalidFunctionAssociation", behavior=functions(arn))
        draft = self.viewer_function("draft", live=False)
        self.create("InvalidFunctionAssociation", behavior=functions(draft))
        self.create("InvalidFunctionAssociation", behavior=functions(self.viewer_function("live"), "origin-request"))

    def test_web_acls_are_global(self):
        self.create("InvalidWebACLId", WebACLId=f"arn:aws:wafv2:us-east-1:{self.account}:global/webacl/a/{NOWHERE}")
        firewall = self.cloud.client("wafv2", "eu-west-1")
        regional = firewall.create_web_acl(
            Name="regional",
            Scope="REGIONAL",
            DefaultAction={"Allow": {}},
            VisibilityConfig={"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"},
        )["Summary"]["ARN"]
        self.create("InvalidWebACLId", WebACLId=regional)

    def test_aliases_need_a_certificate_that_covers_them(self):
        alias = f"a.{self.account}.example.com"
        self.create("InvalidViewerCertificate", aliases=[alias], message="must attach a trusted certificate")
        other = self.cloud.client("acm").request_certificate(DomainName="b.example.com")["CertificateArn"]
        self.create("InvalidViewerCertificate", aliases=[alias], certificate=other, message="doesn't cover")
        regional = self.cloud.client("acm", "eu-west-1").request_certificate(DomainName=alias)["CertificateArn"]
        self.create("InvalidViewerCertificate", aliases=[alias], certificate=regional, message="isn't in us-east-1")
        wildcard = self.cloud.admin("/certificates", {"account": self.account, "hosts": [f"*.{self.account}.example.com"]})
        self.distribution(aliases=[alias], certificate=wildcard["certificate_arn"])

    def test_a_certificate_is_validated_first(self):
        alias = f"a.{self.account}.example.com"
        acm = self.cloud.client("acm")
        self.cloud.admin("/delays", {"certificate_ms": 600})
        try:
            arn = acm.request_certificate(DomainName=alias)["CertificateArn"]
        finally:
            self.cloud.admin("/delays", {"certificate_ms": 0})
        described = acm.describe_certificate(CertificateArn=arn)["Certificate"]
        self.assertEqual(described["Status"], "PENDING_VALIDATION")
        self.create("InvalidViewerCertificate", aliases=[alias], certificate=arn)
        self.until(lambda: acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED")
        self.distribution(aliases=[alias], certificate=arn)

    def test_an_alias_belongs_to_one_distribution_of_all_accounts(self):
        alias = f"a.{self.account}.example.com"
        certificate = self.cloud.admin("/certificates", {"account": self.account, "hosts": [alias]})["certificate_arn"]
        self.distribution(aliases=[alias], certificate=certificate)
        self.refused(
            "CNAMEAlreadyExists",
            self.cloudfront.create_distribution,
            DistributionConfig=config("second", aliases=[alias], certificate=certificate),
        )
        stranger = type(self.cloud)(self.cloud.endpoints, "300000000001")
        theirs = self.cloud.admin("/certificates", {"account": "300000000001", "hosts": [alias]})["certificate_arn"]
        self.refused(
            "CNAMEAlreadyExists",
            stranger.client("cloudfront").create_distribution,
            DistributionConfig=config("theirs", aliases=[alias], certificate=theirs),
        )

    def test_tags_come_with_a_distribution_that_is_judged_alike(self):
        create = self.cloudfront.create_distribution_with_tags
        tags = {"Items": [{"Key": "zt", "Value": "creating"}]}
        bad = config("tagged", behavior={"CachePolicyId": NOWHERE})
        self.refused("NoSuchCachePolicy", create, DistributionConfigWithTags={"DistributionConfig": bad, "Tags": tags})
        wanted = {"DistributionConfig": config("tagged"), "Tags": tags}
        arn = create(DistributionConfigWithTags=wanted)["Distribution"]["ARN"]
        self.assertEqual(self.cloudfront.list_tags_for_resource(Resource=arn)["Tags"], tags)

    def test_a_configuration_agrees_with_itself(self):
        self.create("InvalidArgument", Comment="c" * 129)
        behavior = {**config("r")["DefaultCacheBehavior"], "PathPattern": "/a/*"}
        self.create("InvalidArgument", CacheBehaviors={"Quantity": 2, "Items": [behavior, behavior]})
        self.create("InconsistentQuantities", CacheBehaviors={"Quantity": 1, "Items": [behavior, behavior]})
        self.distribution(CacheBehaviors={"Quantity": 1, "Items": [behavior]}, Comment="c" * 128)

    def test_a_caller_reference_is_used_once(self):
        first = self.distribution("once")["Distribution"]["Id"]
        self.assertEqual(self.distribution("once")["Distribution"]["Id"], first)
        self.refused(
            "DistributionAlreadyExists",
            self.cloudfront.create_distribution,
            DistributionConfig=config("once", Comment="another"),
        )
        current = self.cloudfront.get_distribution_config(Id=first)
        changed = {**current["DistributionConfig"], "CallerReference": "other"}
        self.refused(
            "IllegalUpdate",
            self.cloudfront.update_distribution,
            Id=first,
            IfMatch=current["ETag"],
            DistributionConfig=changed,
        )


class LambdaAtEdge(Case):
    def create(self, message, arn, **association):
        self.refused(
            "InvalidLambdaFunctionAssociation",
            self.cloudfront.create_distribution,
            DistributionConfig=config("reference", behavior=lambdas(arn, **association)),
            message=message,
        )

    def test_a_version_is_named_and_exists(self):
        arn = self.edge_function()
        bare = arn.rsplit(":", 1)[0]
        self.create("must reference a specific function version", bare)
        self.create("must reference a specific function version", f"{bare}:$LATEST")
        self.create("must be in region 'us-east-1'", arn.replace("us-east-1", "eu-west-1"))
        self.create("cannot be found", f"{bare}:99")
        self.create("in request events only", arn, event="viewer-response", body=True)
        self.distribution(behavior=lambdas(arn, body=True))

    def test_the_role_trusts_both_services(self):
        role = self.role("half", ["lambda.amazonaws.com"])
        self.create("edgelambda.amazonaws.com", self.edge_function(role=role))

    def test_restrictions(self):
        cases = [
            ("environment variables", {"Environment": {"Variables": {"A": "b"}}}),
            ("timeout is larger", {"Timeout": 31}),
            ("x86_64", {"Architectures": ["arm64"]}),
            ("runtime is not supported", {"Runtime": "ruby3.4"}),
            ("X-Ray", {"TracingConfig": {"Mode": "Active"}}),
        ]
        role = self.role()
        for number, (message, change) in enumerate(cases):
            with self.subTest(message):
                self.create(message, self.edge_function(f"f{number}", role, **change))

    def test_a_pending_version_is_refused(self):
        self.cloud.admin("/delays", {"lambda_ms": 800})
        try:
            self.create("Active state", self.edge_function(settle=False))
        finally:
            self.cloud.admin("/delays", {"lambda_ms": 200})

    def test_viewer_events_do_not_mix_with_cloudfront_functions(self):
        arn, function = self.edge_function(), self.viewer_function()
        mixed = {**functions(function), **lambdas(arn, "viewer-response")}
        self.refused(
            "InvalidFunctionAssociation",
            self.cloudfront.create_distribution,
            DistributionConfig=config("reference", behavior=mixed),
        )
        self.distribution(behavior={**functions(function), **lambdas(arn, "origin-request")})


class InUse(Case):
    def test_a_function_in_use_stays(self):
        arn = self.viewer_function("used")
        made = self.distribution(behavior=functions(arn))["Distribution"]["Id"]
        etag = self.cloudfront.describe_function(Name="used")["ETag"]
        self.refused("FunctionInUse", self.cloudfront.delete_function, Name="used", IfMatch=etag)
        self.disable_and_delete(made)
        self.cloudfront.delete_function(Name="used", IfMatch=etag)

    def test_an_origin_access_control_in_use_stays(self):
        wanted = {
            "Name": "control",
            "SigningProtocol": "sigv4",
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
        control = self.cloudfront.create_origin_access_control(OriginAccessControlConfig=wanted)
        identity = control["OriginAccessControl"]["Id"]
        origin = {
            "Id": "origin",
            "DomainName": "b.s3.us-east-1.amazonaws.com",
            "S3OriginConfig": {"OriginAccessIdentity": ""},
            "OriginAccessControlId": identity,
        }
        made = self.distribution(origins=[origin])["Distribution"]["Id"]
        last = {"Id": identity, "IfMatch": control["ETag"]}
        self.refused("OriginAccessControlInUse", self.cloudfront.delete_origin_access_control, **last)
        self.disable_and_delete(made)
        self.cloudfront.delete_origin_access_control(**last)

    def test_policies_in_use_stay(self):
        headers = self.cloudfront.create_response_headers_policy(
            ResponseHeadersPolicyConfig={
                "Name": "headers",
                "SecurityHeadersConfig": {"ContentTypeOptions": {"Override": True}},
            }
        )
        cache = self.cloudfront.create_cache_policy(CachePolicyConfig={"Name": "cache", "MinTTL": 0})
        none = {"HeadersConfig": {"HeaderBehavior": "none"}, "CookiesConfig": {"CookieBehavior": "none"}}
        request = self.cloudfront.create_origin_request_policy(
            OriginRequestPolicyConfig={"Name": "request", **none, "QueryStringsConfig": {"QueryStringBehavior": "none"}}
        )
        used = [
            ("ResponseHeadersPolicy", headers, self.cloudfront.delete_response_headers_policy),
            ("CachePolicy", cache, self.cloudfront.delete_cache_policy),
            ("OriginRequestPolicy", request, self.cloudfront.delete_origin_request_policy),
        ]
        behavior = {f"{kind}Id": made[kind]["Id"] for kind, made, _ in used}
        distribution = self.distribution(behavior=behavior)["Distribution"]["Id"]
        for kind, made, delete in used:
            self.refused(f"{kind}InUse", delete, Id=made[kind]["Id"], IfMatch=made["ETag"])
        self.disable_and_delete(distribution)
        for kind, made, delete in used:
            delete(Id=made[kind]["Id"], IfMatch=made["ETag"])

    def test_a_web_acl_in_use_stays(self):
        acl = self.web_acl()
        made = self.distribution(WebACLId=acl["ARN"])["Distribution"]["Id"]
        firewall = self.cloud.client("wafv2")
        last = {"Name": acl["Name"], "Id": acl["Id"], "Scope": "CLOUDFRONT", "LockToken": acl["LockToken"]}
        self.refused("WAFAssociatedItemException", firewall.delete_web_acl, **last)
        listed = self.cloudfront.list_distributions_by_web_acl_id(WebACLId=acl["ARN"])["DistributionList"]
        self.assertEqual([item["Id"] for item in listed["Items"]], [made])
        self.disable_and_delete(made)
        firewall.delete_web_acl(**last)

    def test_a_certificate_in_use_stays(self):
        alias = f"a.{self.account}.example.com"
        acm = self.cloud.client("acm")
        arn = acm.request_certificate(DomainName=alias)["CertificateArn"]
        self.distribution(aliases=[alias], certificate=arn)
        self.refused("ResourceInUseException", acm.delete_certificate, CertificateArn=arn)

    def test_a_store_stays_while_a_published_function_reads_it(self):
        arn = self.store("store")
        self.viewer_function("reader", stores=[arn])
        etag = self.cloudfront.describe_function(Name="reader")["ETag"]
        self.cloudfront.update_function(
            Name="reader",
            IfMatch=etag,
            FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0"},
            FunctionCode=b"function handler(e) { return e.request; }",
        )
        last = {"Name": "store", "IfMatch": self.cloudfront.describe_key_value_store(Name="store")["ETag"]}
        self.refused("CannotDeleteEntityWhileInUse", self.cloudfront.delete_key_value_store, **last)


class PlainMinistack(Case):
    """ministack alone lets these through: the proxy is what refuses them."""

    def test_unknown_references_pass(self):
        plain = self.cloud.plain().client("cloudfront")
        unknown = config("reference", behavior={"CachePolicyId": NOWHERE, "TargetOriginId": "elsewhere"})
        made = plain.create_distribution(DistributionConfig=unknown)["Distribution"]
        self.assertEqual(made["Status"], "Deployed")

    def test_the_lane_of_additions_refuses_nothing_and_adds_what_is_missing(self):
        lane = self.cloud.additions().client("cloudfront")
        unknown = config("reference", behavior={"CachePolicyId": NOWHERE})
        self.assertEqual(lane.create_distribution(DistributionConfig=unknown)["Distribution"]["Status"], "Deployed")
        made = lane.create_function(
            Name="f", FunctionConfig=function_config(), FunctionCode=b"function handler(e) { return e.request; }"
        )
        result = lane.test_function(Name="f", IfMatch=made["ETag"], EventObject=event("/p"))["TestResult"]
        self.assertIn('"uri":"/p"', result["FunctionOutput"])
        plain = self.cloud.plain().client("cloudfront")
        with self.assertRaises(ClientError):
            plain.test_function(Name="f", IfMatch=made["ETag"], EventObject=event())

    def test_a_good_distribution_reads_back_the_same(self):
        wanted = config("same", Comment="text")
        answers = [
            cloud.client("cloudfront").create_distribution(DistributionConfig=wanted)["Distribution"]["DistributionConfig"]
            for cloud in (self.cloud, type(self.cloud)(self.cloud.endpoints, "300000000002").plain())
        ]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0]["DefaultCacheBehavior"]["CachePolicyId"], CACHING_DISABLED)
