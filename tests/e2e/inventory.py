"""Lists what an account holds, with botocore and nothing of ours. Prints a JSON list of `type:name`."""

import json

import boto3

cloudfront = boto3.client("cloudfront")


def listed(operation, holder, key, name, kind, **arguments):
    answer = getattr(cloudfront, operation)(**arguments).get(holder, {})
    return [f"{kind}:{item[name] if key is None else item[key][name]}" for item in answer.get("Items", []) or []]


def summaries():
    found = []
    found += listed("list_distributions", "DistributionList", None, "Id", "distribution")
    found += listed("list_functions", "FunctionList", None, "Name", "function")
    found += listed("list_key_value_stores", "KeyValueStoreList", None, "Name", "key-value-store")
    found += listed("list_origin_access_controls", "OriginAccessControlList", None, "Name", "origin-access-control")
    policies = (
        ("list_response_headers_policies", "ResponseHeadersPolicyList", "ResponseHeadersPolicy", "response-headers-policy"),
        ("list_cache_policies", "CachePolicyList", "CachePolicy", "cache-policy"),
        ("list_origin_request_policies", "OriginRequestPolicyList", "OriginRequestPolicy", "origin-request-policy"),
    )
    for operation, holder, key, kind in policies:
        found += listed(operation, holder, key, "Id", kind, Type="custom")
    return found


def others():
    region = {"region_name": "us-east-1"}
    found = [f"lambda:{item['FunctionName']}" for item in boto3.client("lambda", **region).list_functions()["Functions"]]
    found += [f"role:{item['RoleName']}" for item in boto3.client("iam").list_roles()["Roles"]]
    secrets = boto3.client("secretsmanager", **region)
    found += [f"secret:{item['Name']}" for item in secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"]]
    firewall = boto3.client("wafv2", **region)
    found += [f"web-acl:{item['Name']}" for item in firewall.list_web_acls(Scope="CLOUDFRONT")["WebACLs"]]
    found += [f"ip-set:{item['Name']}" for item in firewall.list_ip_sets(Scope="CLOUDFRONT")["IPSets"]]
    return found + [f"bucket:{item['Name']}" for item in boto3.client("s3").list_buckets()["Buckets"]]


print(json.dumps(sorted(summaries() + others())))
