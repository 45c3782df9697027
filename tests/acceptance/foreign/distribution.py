# A distribution as somebody else makes it, with the functions of an application associated. `given` holds host, certificate, origin,
# session and auth (ARNs); `cloudfront` is a client.
def all_of(items):
    return {"Quantity": len(items), **({"Items": items} if items else {})}

METHODS = {**all_of(["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]), "CachedMethods": all_of(["GET", "HEAD"])}
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

def behavior(origin, functions, lambdas, **more):
    return {
        "TargetOriginId": origin, "ViewerProtocolPolicy": "redirect-to-https", "AllowedMethods": METHODS, "Compress": True,
        "SmoothStreaming": False, "FieldLevelEncryptionId": "", "CachePolicyId": CACHING_DISABLED,
        "FunctionAssociations": all_of(functions), "LambdaFunctionAssociations": all_of(lambdas), **more,
    }

def server(name, domain, port, protocol):
    return {
        "Id": name, "DomainName": domain, "OriginPath": "", "CustomHeaders": all_of([]), "CustomOriginConfig": {
            "HTTPPort": port, "HTTPSPort": 443, "OriginProtocolPolicy": protocol, "OriginSslProtocols": all_of(["TLSv1.2"]),
            "OriginReadTimeout": 30, "OriginKeepaliveTimeout": 5,
        },
    }

def session():
    return [{"EventType": "viewer-request", "FunctionARN": given["session"]}]

def config():
    login = [{"EventType": "viewer-request", "LambdaFunctionARN": given["auth"], "IncludeBody": True}]
    site = behavior("site", session(), [], OriginRequestPolicyId=ALL_VIEWER_EXCEPT_HOST)
    statuses = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]
    return {
        "CallerReference": "somebody-else", "Comment": "a distribution of somebody else's", "Enabled": True,
        "Aliases": all_of([given["host"]]), "HttpVersion": "http2", "IsIPV6Enabled": True, "PriceClass": "PriceClass_All",
        "ViewerCertificate": {
            "ACMCertificateArn": given["certificate"], "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021",
        },
        "Origins": all_of([
            server("site", given["origin"], given["port"], "http-only"),
            server("nowhere", "blackhole.invalid", 80, "https-only"),
        ]),
        "CacheBehaviors": all_of([
            behavior("nowhere", [], login, PathPattern="/oauth2/*"),
            {**site, "PathPattern": "/api/*"},
        ]),
        "DefaultCacheBehavior": site,
        "CustomErrorResponses": all_of([
            {"ErrorCode": status, "ResponsePagePath": "", "ResponseCode": "", "ErrorCachingMinTTL": 0} for status in statuses
        ]),
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
        "WebACLId": "", "DefaultRootObject": "",
    }

def deployed(id):
    cloudfront.get_waiter("distribution_deployed").wait(Id=id, WaiterConfig={"Delay": 1, "MaxAttempts": 120})

def update(id, change):
    found = cloudfront.get_distribution_config(Id=id)
    config = found["DistributionConfig"]
    change(config)
    cloudfront.update_distribution(Id=id, IfMatch=found["ETag"], DistributionConfig=config)
    deployed(id)
