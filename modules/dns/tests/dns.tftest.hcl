# What is made, and what each validation refuses. Nothing reaches AWS.

mock_provider "aws" {
  alias = "certificates"

  mock_resource "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555"
      domain_validation_options = [
        { domain_name = "app.example.com", resource_record_name = "_1.app.example.com.", resource_record_type = "CNAME", resource_record_value = "_2.acm-validations.aws." },
        { domain_name = "www.example.com", resource_record_name = "_3.www.example.com.", resource_record_type = "CNAME", resource_record_value = "_4.acm-validations.aws." },
      ]
    }
  }
}

mock_provider "aws" {
  alias = "dns"
}

variables {
  hosts = {
    "www.example.com" = { zone_id = "Z0123456789" }
    "app.example.com" = { zone_id = "Z9876543210" }
  }
  distribution = { domain_name = "d111111abcdef8.cloudfront.net", hosted_zone_id = "Z2FDTNDATAQYW2" }
}

run "everything" {
  assert {
    condition     = aws_acm_certificate.this.domain_name == "app.example.com" && aws_acm_certificate.this.subject_alternative_names == toset(["www.example.com"])
    error_message = "One certificate covers all hosts."
  }
  assert {
    condition     = aws_route53_record.validation["www.example.com"].name == "_3.www.example.com." && aws_route53_record.validation["app.example.com"].zone_id == "Z9876543210"
    error_message = "Each host is proved in its own zone."
  }
  assert {
    condition     = length(aws_route53_record.ipv4) == 2 && length(aws_route53_record.ipv6) == 2
    error_message = "Every host leads to the distribution by both families."
  }
  assert {
    condition     = one(aws_route53_record.ipv4["app.example.com"].alias).name == "d111111abcdef8.cloudfront.net"
    error_message = "The records lead to the distribution."
  }
}

run "no_alias_records" {
  variables { alias_records = false }

  assert {
    condition     = length(aws_route53_record.ipv4) + length(aws_route53_record.ipv6) == 0
    error_message = "No host is moved while the toggle is off."
  }
}

run "no_ipv6" {
  variables { ipv6 = false }

  assert {
    condition     = length(aws_route53_record.ipv6) == 0
    error_message = "Without IPv6 there are no AAAA records."
  }
}

run "a_host_with_a_scheme" {
  command = plan
  variables { hosts = { "https://app.example.com" = { zone_id = "Z0123456789" } } }
  expect_failures = [var.hosts]
}

run "a_zone_by_its_name" {
  command = plan
  variables { hosts = { "app.example.com" = { zone_id = "example.com" } } }
  expect_failures = [var.hosts]
}
