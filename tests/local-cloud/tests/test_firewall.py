"""WAF: rules, capacity, references, logging."""

from case import Case, visibility


def rule(name, statement, priority=0, **changes):
    wanted = {
        "Name": name,
        "Priority": priority,
        "Statement": statement,
        "Action": {"Block": {}},
        "VisibilityConfig": visibility(name),
    }
    return {key: value for key, value in {**wanted, **changes}.items() if value is not None}


def group(name, priority=0):
    statement = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}}
    return rule(name, statement, priority, Action=None, OverrideAction={"None": {}})


GEO = {"GeoMatchStatement": {"CountryCodes": ["KP"]}}


class WebAcls(Case):
    def setUp(self):
        super().setUp()
        self.firewall = self.cloud.client("wafv2")

    def wanted(self, *rules, **changes):
        common = {"Name": "acl", "Scope": "CLOUDFRONT", "DefaultAction": {"Allow": {}}}
        return {**common, "VisibilityConfig": visibility("acl"), "Rules": list(rules), **changes}

    def test_rules_are_judged(self):
        create = self.firewall.create_web_acl
        invalid = "WAFInvalidParameterException"
        self.refused(invalid, create, **self.wanted(rule("a", GEO), rule("b", GEO)))
        self.refused(invalid, create, **self.wanted(rule("a", GEO, 0), rule("a", GEO, 1)))
        self.refused(invalid, create, **self.wanted(group("AWSManagedRulesNothing")))
        self.refused(invalid, create, **self.wanted(rule("a", GEO, Action=None)))
        self.refused(invalid, create, **self.wanted(rule("a", GEO, Action=None, OverrideAction={"None": {}})))
        self.refused(invalid, create, **self.wanted(rule("a", {"IPSetReferenceStatement": {"ARN": "arn:aws:nothing:here"}})))
        arn = f"arn:aws:wafv2:us-east-1:{self.account}:global/ipset/set/00000000-0000-0000-0000-000000000000"
        absent = {"AndStatement": {"Statements": [GEO, {"IPSetReferenceStatement": {"ARN": arn}}]}}
        self.refused("WAFNonexistentItemException", create, **self.wanted(rule("a", absent)))
        create(**self.wanted(rule("a", GEO, 0), group("AWSManagedRulesCommonRuleSet", 1)))

    def test_the_global_scope_lives_in_us_east_1(self):
        elsewhere = self.cloud.client("wafv2", "eu-west-1")
        self.refused("WAFInvalidParameterException", elsewhere.create_web_acl, **self.wanted())
        self.refused("WAFInvalidParameterException", elsewhere.list_web_acls, Scope="CLOUDFRONT")

    def test_capacity_is_counted(self):
        rules = [
            rule("geo", GEO, 0),
            rule("rate", {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP"}}, 1),
            group("AWSManagedRulesCommonRuleSet", 2),
            group("AWSManagedRulesAmazonIpReputationList", 3),
        ]
        counted = self.firewall.check_capacity(Scope="CLOUDFRONT", Rules=rules)["Capacity"]
        self.assertEqual(counted, 1 + 2 + 700 + 25)
        made = self.firewall.create_web_acl(**self.wanted(*rules))["Summary"]
        named = {"Name": "acl", "Id": made["Id"], "Scope": "CLOUDFRONT"}
        self.assertEqual(self.firewall.get_web_acl(**named)["WebACL"]["Capacity"], counted)
        many = [group("AWSManagedRulesCommonRuleSet", number) | {"Name": f"g{number}"} for number in range(8)]
        self.refused("WAFLimitsExceededException", self.firewall.create_web_acl, **self.wanted(*many, Name="large"))

    def test_managed_groups_are_listed(self):
        listed = self.firewall.list_available_managed_rule_groups(Scope="CLOUDFRONT")["ManagedRuleGroups"]
        self.assertIn("AWSManagedRulesKnownBadInputsRuleSet", [one["Name"] for one in listed])

    def test_an_ip_set_in_use_stays(self):
        made = self.firewall.create_ip_set(
            Name="set", Scope="CLOUDFRONT", IPAddressVersion="IPV4", Addresses=["192.0.2.0/24"]
        )["Summary"]
        acl = self.web_acl(rules=[rule("a", {"IPSetReferenceStatement": {"ARN": made["ARN"]}})])
        last = {"Name": "set", "Id": made["Id"], "Scope": "CLOUDFRONT", "LockToken": made["LockToken"]}
        self.refused("WAFAssociatedItemException", self.firewall.delete_ip_set, **last)
        self.firewall.delete_web_acl(Name=acl["Name"], Id=acl["Id"], Scope="CLOUDFRONT", LockToken=acl["LockToken"])
        self.firewall.delete_ip_set(**last)

    def test_logging_is_configured(self):
        acl = self.web_acl()
        logs = f"arn:aws:logs:us-east-1:{self.account}:log-group:aws-waf-logs-main"
        wanted = {"ResourceArn": acl["ARN"], "LogDestinationConfigs": [logs]}
        put, get = self.firewall.put_logging_configuration, self.firewall.get_logging_configuration
        self.refused("WAFNonexistentItemException", get, ResourceArn=acl["ARN"])
        misnamed = {**wanted, "LogDestinationConfigs": [logs.replace("aws-waf-logs-", "")]}
        self.refused("WAFInvalidParameterException", put, LoggingConfiguration=misnamed)
        absent = {**wanted, "ResourceArn": acl["ARN"] + "0"}
        self.refused("WAFNonexistentItemException", put, LoggingConfiguration=absent)
        put(LoggingConfiguration=wanted)
        read = get(ResourceArn=acl["ARN"])["LoggingConfiguration"]
        self.assertEqual(read["LogDestinationConfigs"], [logs])
        self.firewall.delete_logging_configuration(ResourceArn=acl["ARN"])
        self.refused("WAFNonexistentItemException", get, ResourceArn=acl["ARN"])

    def test_what_an_update_says_is_read_back(self):
        bodies = {"sorry": {"ContentType": "TEXT_PLAIN", "Content": "later"}}
        answer = {"Block": {"CustomResponse": {"ResponseCode": 429, "CustomResponseBodyKey": "sorry"}}}
        limited = rule("geo", GEO, Action=answer)
        self.refused("WAFInvalidParameterException", self.firewall.create_web_acl, **self.wanted(limited))
        made = self.firewall.create_web_acl(**self.wanted(limited, CustomResponseBodies=bodies, Description="one two"))["Summary"]
        named = {"Name": "acl", "Id": made["Id"], "Scope": "CLOUDFRONT"}
        self.assertEqual(self.firewall.get_web_acl(**named)["WebACL"]["CustomResponseBodies"], bodies)
        later = self.wanted(Description="three four")
        self.firewall.update_web_acl(**later, Id=made["Id"], LockToken=made["LockToken"])
        read = self.firewall.get_web_acl(**named)["WebACL"]
        self.assertEqual(read["Description"], "three four")
        self.assertNotIn("CustomResponseBodies", read)

    def test_addresses_and_lock_tokens_of_ip_sets_are_judged(self):
        create = self.firewall.create_ip_set
        common = {"Name": "set", "Scope": "CLOUDFRONT", "IPAddressVersion": "IPV4"}
        for wrong in ["192.0.2.7", "0.0.0.0/0", "2001:db8::/32", "office"]:
            self.refused("WAFInvalidParameterException", create, **common, Addresses=[wrong])
        many = [f"10.{number // 256}.{number % 256}.0/24" for number in range(10_001)]
        self.refused("WAFLimitsExceededException", create, **common, Addresses=many)
        made = create(**common, Addresses=["192.0.2.0/24"])["Summary"]
        named = {"Name": "set", "Id": made["Id"], "Scope": "CLOUDFRONT"}
        stale = {**named, "LockToken": "00000000-0000-0000-0000-000000000000"}
        self.refused("WAFOptimisticLockException", self.firewall.update_ip_set, **stale, Addresses=[])
        self.refused("WAFOptimisticLockException", self.firewall.delete_ip_set, **stale)
        self.firewall.delete_ip_set(**named, LockToken=made["LockToken"])
