# What is made, and what is not made. Nothing reaches AWS.

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

run "a_new_pool" {
  variables {
    groups = { staff = {}, admins = { precedence = 1 } }
  }

  assert {
    condition     = aws_cognito_user_pool.this[0].mfa_configuration == "ON" && aws_cognito_user_pool.this[0].software_token_mfa_configuration[0].enabled
    error_message = "A second factor is required unless somebody says otherwise."
  }
  assert {
    condition     = aws_cognito_user_pool.this[0].admin_create_user_config[0].allow_admin_create_user_only
    error_message = "Nobody signs up by himself unless somebody says otherwise."
  }
  assert {
    condition     = aws_cognito_user_pool_client.this[0].callback_urls == toset(["https://members.example.com/oauth2/callback"]) && aws_cognito_user_pool_client.this[0].logout_urls == toset(["https://members.example.com/oauth2/signed-out"])
    error_message = "The client knows the addresses of the application."
  }
  assert {
    condition     = !aws_cognito_user_pool_client.this[0].generate_secret && aws_cognito_user_pool_client.this[0].allowed_oauth_flows == toset(["code"])
    error_message = "The client is public and takes the code flow only."
  }
  assert {
    condition     = toset(keys(aws_cognito_user_group.this)) == toset(["staff", "admins"])
    error_message = "A group each."
  }
  assert {
    condition     = zt_edge_app.this.identity_provider.issuer == "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123"
    error_message = "The issuer is that of the pool."
  }
  assert {
    condition     = zt_edge_app.this.identity_provider.client_id == "1example23456789" && zt_edge_app.this.identity_provider.claims.groups == "cognito:groups"
    error_message = "The application is the client, and reads Cognito's groups."
  }
}

run "a_pool_and_a_client_that_exist" {
  command = plan
  variables {
    user_pool_id = "eu-west-1_XyZ987abc"
    client_id    = "9existing"
    domain       = null
  }

  assert {
    condition     = length(aws_cognito_user_pool.this) + length(aws_cognito_user_pool_client.this) + length(aws_cognito_user_pool_domain.this) + length(aws_cognito_user_group.this) == 0
    error_message = "Nothing of Cognito is made."
  }
  assert {
    condition     = zt_edge_app.this.identity_provider.issuer == "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_XyZ987abc" && zt_edge_app.this.identity_provider.client_id == "9existing"
    error_message = "Pool and client are those that were given."
  }
}

run "a_new_client_of_a_pool_that_exists" {
  command = plan
  variables {
    user_pool_id = "eu-west-1_XyZ987abc"
    domain       = null
    auth_prefix  = "/login"
  }

  assert {
    condition     = length(aws_cognito_user_pool.this) == 0 && aws_cognito_user_pool_client.this[0].callback_urls == toset(["https://members.example.com/login/callback"])
    error_message = "The client follows the application's prefix."
  }
}

run "no_second_factor" {
  command = plan
  variables { mfa = "off" }

  assert {
    condition     = aws_cognito_user_pool.this[0].mfa_configuration == "OFF" && length(aws_cognito_user_pool.this[0].software_token_mfa_configuration) == 0
    error_message = "The second factor is off."
  }
}
