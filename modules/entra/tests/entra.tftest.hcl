# What the application is told of Entra ID; each validation has a case that makes it fail. Nothing reaches AWS.

mock_provider "zt" {
  mock_resource "zt_edge_app" {
    defaults = { role_arn = "arn:aws:iam::111122223333:role/zt-members" }
  }
}

variables {
  name            = "members"
  aliases         = ["members.example.com"]
  certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555"
  session_store = {
    arn                  = "arn:aws:cloudfront::111122223333:key-value-store/11111111-2222-3333-4444-555555555555"
    name                 = "main"
    max_session_lifetime = "12h"
    pepper_secret_arn    = "arn:aws:secretsmanager:us-east-1:111122223333:secret:zt/main/pepper-AbCdEf"
  }
  policies  = { staff = { any = [{ groups = ["staff"] }] } }
  routes    = [{ path = "/*", allow = ["staff"] }]
  origins   = { site = { s3 = { bucket = "members-site", region = "eu-west-1" } } }
  tenant_id = "11111111-2222-3333-4444-555555555555"
  client_id = "66666666-7777-8888-9999-000000000000"
}

run "one_tenant_without_a_secret" {
  assert {
    condition     = zt_edge_app.this.identity_provider.issuer == "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"
    error_message = "The issuer is that of version 2.0 tokens of the tenant."
  }
  assert {
    condition     = zt_edge_app.this.identity_provider.client_authentication == "federated" && zt_edge_app.this.identity_provider.federation.audience == "api://AzureADTokenExchange"
    error_message = "No secret exists unless somebody asks for one."
  }
  assert {
    condition     = output.federated_credential.subject == "arn:aws:iam::111122223333:role/zt-members" && output.federated_credential.audiences[0] == "api://AzureADTokenExchange"
    error_message = "The credential names the role of the auth function."
  }
  assert {
    condition     = zt_edge_app.this.identity_provider.claims.user == "oid" && zt_edge_app.this.identity_provider.group_overage_endpoint == null
    error_message = "A user is his object id; Graph is asked only where somebody says so."
  }
}

run "several_tenants_with_a_secret" {
  command = plan
  variables {
    tenant_id             = "organizations"
    tenants               = ["99999999-2222-3333-4444-555555555555", "11111111-2222-3333-4444-555555555555"]
    client_authentication = "client_secret_post"
    client_secret_arn     = "arn:aws:secretsmanager:us-east-1:111122223333:secret:entra-AbCdEf"
    group_overage         = true
    session               = { refresh = true }
  }

  assert {
    condition     = zt_edge_app.this.identity_provider.issuer == "https://login.microsoftonline.com/{tenantid}/v2.0" && length(zt_edge_app.this.identity_provider.tenants) == 2
    error_message = "The tenants are listed."
  }
  assert {
    condition     = zt_edge_app.this.identity_provider.federation == null && output.federated_credential == null
    error_message = "With a secret there is no federation."
  }
  assert {
    condition     = zt_edge_app.this.identity_provider.group_overage_endpoint == "https://graph.microsoft.com/v1.0/me/getMemberObjects"
    error_message = "Graph is asked for groups that do not fit."
  }
  assert {
    condition     = contains(zt_edge_app.this.identity_provider.scopes, "offline_access")
    error_message = "Whoever wants a refresh token asks for it."
  }
}

run "a_sovereign_cloud" {
  command = plan
  variables {
    cloud         = "us_government"
    group_overage = true
  }

  assert {
    condition     = zt_edge_app.this.identity_provider.federation.audience == "api://AzureADTokenExchangeUSGov" && startswith(zt_edge_app.this.identity_provider.group_overage_endpoint, "https://graph.microsoft.us/")
    error_message = "Audience and Graph are those of the cloud."
  }
}

run "policies_that_look_at_addresses" {
  command = plan
  variables { policies = { staff = { any = [{ email_domains = ["example.com"] }] } } }
  expect_failures = [check.email_addresses]
}

run "a_client_by_its_name" {
  command = plan
  variables {
    client_id = "members"
  }
  expect_failures = [var.client_id]
}

run "a_tenant_by_its_domain" {
  command = plan
  variables {
    tenant_id = "example.com"
  }
  expect_failures = [var.tenant_id]
}

run "an_authentication_of_no_kind" {
  command = plan
  variables {
    client_authentication = "none"
  }
  expect_failures = [var.client_authentication]
}

run "a_secret_that_nobody_uses" {
  command = plan
  variables {
    client_secret_arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:entra-AbCdEf"
  }
  expect_failures = [var.client_secret_arn]
}

run "a_cloud_of_no_kind" {
  command = plan
  variables {
    cloud = "germany"
  }
  expect_failures = [var.cloud]
}

run "tenants_of_nobody" {
  command = plan
  variables {
    tenant_id = "organizations"
  }
  expect_failures = [var.tenants]
}
