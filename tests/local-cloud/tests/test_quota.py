"""How many and how large: quotas of CloudFront, and the forms its model gives."""

from case import Case, config, event


class Quotas(Case):
    def test_an_account_has_a_hundred_functions(self):
        for number in range(100):
            self.viewer_function(f"f{number}", live=False)
        message = "The maximum is 100"
        self.refused("TooManyFunctions", self.cloudfront.create_function, **self.function("one-more"), message=message)

    def test_an_account_has_two_hundred_stores(self):
        for number in range(200):
            self.store(f"s{number}", settle=False)
        self.refused("EntityLimitExceeded", self.cloudfront.create_key_value_store, Name="one-more")

    def function(self, name):
        wanted = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
        return {"Name": name, "FunctionConfig": wanted, "FunctionCode": b"function handler(e) { return e.request; }"}

    def test_a_function_is_named_in_letters_digits_dash_and_underscore(self):
        for name in ("a b", "a.b", "a" * 65):
            self.refused("InvalidArgument", self.cloudfront.create_function, **self.function(name))
        self.cloudfront.create_function(**self.function("aZ-_9"))

    def test_a_test_event_has_at_most_forty_kilobytes(self):
        made = self.cloudfront.create_function(**self.function("f"))
        wanted = {"Name": "f", "IfMatch": made["ETag"], "Stage": "DEVELOPMENT"}
        large = event("/" + "a" * 40_960)
        self.refused("InvalidArgument", self.cloudfront.test_function, **wanted, EventObject=large)
        self.cloudfront.test_function(**wanted, EventObject=event())

    def test_a_distribution_has_at_most_75_behaviours(self):
        def behaviours(count):
            default = config("r")["DefaultCacheBehavior"]
            items = [{"PathPattern": f"/{number}/*", **default} for number in range(count)]
            return config("r", CacheBehaviors={"Quantity": count, "Items": items})

        create = self.cloudfront.create_distribution
        self.refused("TooManyCacheBehaviors", create, DistributionConfig=behaviours(76))
        create(DistributionConfig=behaviours(75))

    def test_an_origin_has_few_and_short_headers_of_its_own(self):
        def headers(*values):
            items = [{"HeaderName": f"x-{n}", "HeaderValue": value} for n, value in enumerate(values)]
            origins = config("r")["Origins"]["Items"]
            return config("r", origins=[{**origins[0], "CustomHeaders": {"Quantity": len(items), "Items": items}}])

        create = self.cloudfront.create_distribution
        self.refused("TooManyOriginCustomHeaders", create, DistributionConfig=headers(*["v"] * 31))
        self.refused("TooManyOriginCustomHeaders", create, DistributionConfig=headers(*["v" * 1700] * 7))
        self.refused("InvalidArgument", create, DistributionConfig=headers("v" * 1784))
        create(DistributionConfig=headers("v" * 1783))
