# Each validation of the module has a case that makes it fail, and the good case passes. Nothing reaches AWS.

mock_provider "zt" {}

variables {
  name      = "members"
  issuer    = "https://login.example.com"
  client_id = "members"
  session_store = {
    arn                  = "arn:aws:cloudfront::111122223333:key-value-store/11111111-2222-3333-4444-555555555555"
    name                 = "main"
    max_session_lifetime = "12h"
    pepper_secret_arn    = "arn:aws:secretsmanager:us-east-1:111122223333:secret:zt/main/pepper-AbCdEf"
  }
  policies = { staff = { any = [{ groups = ["staff"] }] } }
  routes   = [{ path = "/*", allow = ["staff"] }]
  origins  = { site = { s3 = { bucket = "members-site", region = "eu-west-1" } } }
}

run "good" {
  command = plan

  assert {
    condition     = zt_edge_app.this.default_origin == "site"
    error_message = "A single origin is the default."
  }
}

run "a_name_in_upper_case" {
  command = plan
  variables { name = "Members" }
  expect_failures = [var.name]
}

run "an_issuer_without_https" {
  command = plan
  variables { issuer = "http://login.example.com" }
  expect_failures = [var.issuer]
}

run "a_certificate_of_another_region" {
  command = plan
  variables {
    aliases         = ["app.example.com"]
    certificate_arn = "arn:aws:acm:eu-west-1:111122223333:certificate/x"
  }
  expect_failures = [var.certificate_arn]
}

run "aliases_without_a_certificate" {
  command = plan
  variables { aliases = ["app.example.com"] }
  expect_failures = [var.certificate_arn]
}

run "no_origin" {
  command = plan
  variables {
    origins        = {}
    default_origin = "site"
  }
  expect_failures = [var.origins]
}

run "an_origin_of_two_kinds" {
  command = plan
  variables {
    origins = { site = { s3 = { bucket = "b-1", region = "eu-west-1" }, custom = { domain_name = "api.example.com" } } }
  }
  expect_failures = [var.origins]
}

run "several_origins_and_no_default" {
  command = plan
  variables {
    origins = {
      api  = { custom = { domain_name = "api.example.com" } }
      site = { s3 = { bucket = "members-site", region = "eu-west-1" } }
    }
  }
  expect_failures = [var.default_origin]
}

run "no_route" {
  command = plan
  variables { routes = [] }
  expect_failures = [var.routes]
}

run "an_identity_header_of_another_prefix" {
  command = plan
  variables { identity_headers = { "x-user" = "sub" } }
  expect_failures = [var.identity_headers]
}

run "a_replica_deletion_of_no_kind" {
  command = plan
  variables { replica_deletion = "ignore" }
  expect_failures = [var.replica_deletion]
}

run "scopes_without_openid" {
  command = plan
  variables { scopes = ["email"] }
  expect_failures = [var.scopes]
}

run "a_recovery_of_three_days" {
  command = plan
  variables { secret_recovery_days = 3 }
  expect_failures = [var.secret_recovery_days]
}

run "a_symmetric_algorithm" {
  command = plan
  variables { signing_algorithms = ["HS256"] }
  expect_failures = [var.signing_algorithms]
}

run "a_route_that_says_nothing" {
  command = plan
  variables {
    routes = [{ path = "/*" }]
  }
  expect_failures = [var.routes]
}

run "a_route_of_an_unknown_policy" {
  command = plan
  variables {
    routes = [{ path = "/*", allow = ["stuff"] }]
  }
  expect_failures = [var.routes]
}

run "a_default_origin_that_is_none" {
  command = plan
  variables {
    default_origin = "sight"
  }
  expect_failures = [var.default_origin]
}

run "a_price_class_of_no_kind" {
  command = plan
  variables {
    price_class = "cheap"
  }
  expect_failures = [var.price_class]
}

run "a_client_authentication_of_another_module" {
  command = plan
  variables {
    client_authentication = "federated"
  }
  expect_failures = [var.client_authentication]
}

run "the_queue_travels_with_the_store" {
  command = plan
  variables {
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

  assert {
    condition     = zt_edge_app.this.session_store.queue.region == "eu-west-1"
    error_message = "Without the queue a logout would end the browser's own session only."
  }
}
