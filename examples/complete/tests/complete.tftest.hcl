# The whole plan against mocked answers of AWS.

mock_provider "aws" {
  mock_resource "aws_cognito_user_pool" {
    defaults = { id = "eu-west-1_AbCdEf123" }
  }
}

mock_provider "zt" {
  mock_resource "zt_session_store" {
    defaults = {
      session_store = {
        arn                  = "arn:aws:cloudfront::111122223333:key-value-store/11111111-2222-3333-4444-555555555555"
        name                 = "main"
        max_session_lifetime = "12h"
        pepper_secret_arn    = "arn:aws:secretsmanager:us-east-1:111122223333:secret:zt/main/pepper-AbCdEf"
        queue = {
          arn    = "arn:aws:sqs:eu-west-1:111122223333:zt-main.fifo"
          region = "eu-west-1"
          url    = "https://sqs.eu-west-1.amazonaws.com/111122223333/zt-main.fifo"
        }
      }
    }
  }
  mock_data "zt_session_store_usage" {
    defaults = { fullness_percent = 3 }
  }
}

variables {
  account_id       = "111122223333"
  api_host         = "api.example.com"
  certificate_arn  = "arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555"
  customer_bucket  = "example-shop"
  customer_hosts   = ["shop.example.com"]
  entra_client_id  = "66666666-7777-8888-9999-000000000000"
  entra_tenant_id  = "11111111-2222-3333-4444-555555555555"
  terraform_roles  = ["arn:aws:iam::111122223333:role/terraform"]
  workforce_bucket = "example-intranet"
  workforce_hosts  = ["intranet.example.com"]
}

run "nobody_is_locked_out" {
  assert {
    condition     = length(zt_session_revocation.leavers) == 0
    error_message = "No leaver, no revocation."
  }
}

run "leavers_are_locked_out" {
  variables { leavers = ["99999999-8888-7777-6666-555555555555"] }

  assert {
    condition     = zt_session_revocation.leavers[0].users[0].issuer == "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"
    error_message = "A leaver is known by the issuer of the tenant."
  }
}

run "a_full_store_is_told" {
  override_data {
    target = data.zt_session_store_usage.main
    values = { fullness_percent = 91 }
  }
  expect_failures = [check.room_in_the_session_store]
}
