# Who makes what, with mocked answers of all three accounts.

mock_provider "zt" {
  mock_resource "zt_session_store" {
    defaults = {
      session_store = {
        arn                  = "arn:aws:cloudfront::111122223333:key-value-store/11111111-2222-3333-4444-555555555555"
        name                 = "main"
        max_session_lifetime = "12h"
        pepper_secret_arn    = "arn:aws:secretsmanager:us-east-1:111122223333:secret:zt/main/pepper-AbCdEf"
      }
    }
  }
  mock_resource "zt_edge_app" {
    defaults = {
      domain_name            = "d111111abcdef8.cloudfront.net"
      hosted_zone_id         = "Z2FDTNDATAQYW2"
      origin_bucket_policies = { site = "{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\"}" }
    }
  }
}

mock_provider "aws" {
  alias = "edge"

  mock_resource "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555"
      domain_validation_options = [
        { domain_name = "members.example.com", resource_record_name = "_1.members.example.com.", resource_record_type = "CNAME", resource_record_value = "_2.acm-validations.aws." },
      ]
    }
  }
  mock_resource "aws_acm_certificate_validation" {
    defaults = { certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555" }
  }
}

mock_provider "aws" {
  alias = "dns"
}

mock_provider "aws" {
  alias = "content"

  mock_resource "aws_s3_bucket" {
    defaults = { id = "example-members-site", arn = "arn:aws:s3:::example-members-site" }
  }
}

variables {
  accounts  = { edge = "111122223333", dns = "444455556666", content = "777788889999" }
  bucket    = "example-members-site"
  client_id = "members"
  host      = "members.example.com"
  issuer    = "https://login.example.com"
  zone_id   = "Z0123456789"
}

run "one_application_over_three_accounts" {
  assert {
    condition     = module.members.domain_name == "d111111abcdef8.cloudfront.net"
    error_message = "The application is made in the account of the gateway."
  }
  assert {
    condition     = module.dns.aliases == toset(["members.example.com"])
    error_message = "The certificate covers the host, which the zone of the other account leads here."
  }
}
