provider "aws" {
  region = "us-east-1"
}

provider "zt" {}

resource "zt_session_store" "main" {
  name = var.name
}

resource "zt_edge_auth" "members" {
  name          = var.name
  session_store = zt_session_store.main.session_store
  aliases       = [var.host]

  identity_provider = {
    issuer    = var.issuer
    client_id = var.client_id
    scopes    = ["openid", "profile", "email", "groups"]
  }

  policies = {
    staff = { any = [{ groups = ["staff"] }] }
  }

  routes = [
    { path = "/public/*", access = "public" },
    { path = "/assets/*", allow = ["staff"], cache = "shared" },
    { path = "/*", allow = ["staff"] },
  ]
}

locals {
  # CloudFront's managed policies.
  caching_optimized      = "658327ea-f89d-4fab-a63d-7e88639e58f6"
  all_viewer_except_host = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

  everything = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
  # What CloudFront would keep for some seconds and answer to others.
  errors = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]
}

resource "aws_cloudfront_distribution" "members" {
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2"
  aliases         = [var.host]

  origin {
    origin_id   = "site"
    domain_name = var.origin

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  # The auth function answers everything itself. Should its association ever be lost, nothing is forwarded.
  origin {
    origin_id   = "nowhere"
    domain_name = "blackhole.invalid"

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  # The login, before every other behavior.
  ordered_cache_behavior {
    path_pattern           = zt_edge_auth.members.behaviors[0].path_pattern
    target_origin_id       = "nowhere"
    viewer_protocol_policy = "https-only"
    allowed_methods        = local.everything
    cached_methods         = ["GET", "HEAD"]
    cache_policy_id        = zt_edge_auth.members.auth_cache_policy_id

    lambda_function_association {
      event_type   = "viewer-request"
      lambda_arn   = zt_edge_auth.members.auth_function_arn
      include_body = true
    }
  }

  ordered_cache_behavior {
    path_pattern             = "/assets/*"
    target_origin_id         = "site"
    viewer_protocol_policy   = "redirect-to-https"
    allowed_methods          = ["GET", "HEAD"]
    cached_methods           = ["GET", "HEAD"]
    compress                 = true
    cache_policy_id          = local.caching_optimized
    origin_request_policy_id = local.all_viewer_except_host

    function_association {
      event_type   = "viewer-request"
      function_arn = zt_edge_auth.members.session_function_arn
    }
  }

  default_cache_behavior {
    target_origin_id         = "site"
    viewer_protocol_policy   = "redirect-to-https"
    allowed_methods          = local.everything
    cached_methods           = ["GET", "HEAD"]
    compress                 = true
    cache_policy_id          = zt_edge_auth.members.auth_cache_policy_id
    origin_request_policy_id = local.all_viewer_except_host

    function_association {
      event_type   = "viewer-request"
      function_arn = zt_edge_auth.members.session_function_arn
    }
  }

  dynamic "custom_error_response" {
    for_each = local.errors

    content {
      error_code            = custom_error_response.value
      error_caching_min_ttl = 0
    }
  }

  viewer_certificate {
    acm_certificate_arn      = var.certificate_arn
    minimum_protocol_version = "TLSv1.2_2021"
    ssl_support_method       = "sni-only"
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }
}

# Fails the apply, and every later plan, when a request could get past the functions.
resource "zt_distribution_guard" "members" {
  distribution_id = aws_cloudfront_distribution.members.id
  edge_auth       = zt_edge_auth.members

  # All that it judges.
  triggers = {
    default_behavior      = jsonencode(aws_cloudfront_distribution.members.default_cache_behavior)
    behaviors             = jsonencode(aws_cloudfront_distribution.members.ordered_cache_behavior)
    continuous_deployment = jsonencode(aws_cloudfront_distribution.members.continuous_deployment_policy_id)
    errors                = jsonencode(aws_cloudfront_distribution.members.custom_error_response)
    logging               = jsonencode(aws_cloudfront_distribution.members.logging_config)
    root_object           = jsonencode(aws_cloudfront_distribution.members.default_root_object)
  }
}
