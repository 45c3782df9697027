# Each validation of the module has a case that makes it fail. Nothing reaches AWS.

mock_provider "aws" {
  mock_resource "aws_cognito_user_pool" {
    defaults = { id = "eu-west-1_AbCdEf123" }
  }
  mock_resource "aws_cognito_user_pool_client" {
    defaults = { id = "1example23456789" }
  }
}
mock_provider "zt" {}

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
  policies = { staff = { any = [{ groups = ["staff"] }] } }
  routes   = [{ path = "/*", allow = ["staff"] }]
  origins  = { site = { s3 = { bucket = "members-site", region = "eu-west-1" } } }
  domain   = { name = "example-members" }
}

run "a_new_client_without_aliases" {
  command = plan
  variables {
    aliases         = []
    certificate_arn = null
  }
  expect_failures = [var.client_id]
}

run "a_client_of_no_pool" {
  command = plan
  variables {
    client_id = "1example23456789"
  }
  expect_failures = [var.client_id]
}

run "a_new_pool_without_a_domain" {
  command = plan
  variables {
    domain = null
  }
  expect_failures = [var.domain]
}

run "a_host_name_without_a_certificate" {
  command = plan
  variables {
    domain = { name = "login.example.com" }
  }
  expect_failures = [var.domain]
}

run "a_prefix_with_a_certificate" {
  command = plan
  variables {
    domain = { name = "members", certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/x" }
  }
  expect_failures = [var.domain]
}

run "a_domain_that_cognito_keeps_to_itself" {
  command = plan
  variables {
    domain = { name = "cognito-members" }
  }
  expect_failures = [var.domain]
}

run "a_group_with_a_space" {
  command = plan
  variables {
    groups = { "all staff" = {} }
  }
  expect_failures = [var.groups]
}

run "a_second_factor_of_no_kind" {
  command = plan
  variables {
    mfa = "sms"
  }
  expect_failures = [var.mfa]
}

run "a_password_of_six" {
  command = plan
  variables {
    password_minimum_length = 6
  }
  expect_failures = [var.password_minimum_length]
}

run "a_refresh_token_of_no_day" {
  command = plan
  variables {
    refresh_token_days = 0
  }
  expect_failures = [var.refresh_token_days]
}

run "scopes_without_openid" {
  command = plan
  variables {
    scopes = ["email"]
  }
  expect_failures = [var.scopes]
}

run "scopes_of_others" {
  command = plan
  variables {
    scopes = ["openid", "offline_access"]
  }
  expect_failures = [var.scopes]
}

run "nobody_who_logs_in" {
  command = plan
  variables {
    supported_identity_providers = []
  }
  expect_failures = [var.supported_identity_providers]
}

run "a_pool_by_its_arn" {
  command = plan
  variables {
    user_pool_id = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_AbCdEf123"
  }
  expect_failures = [var.user_pool_id]
}
