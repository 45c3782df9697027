# Two applications on one session store: customers log in with Cognito, the workforce with Entra ID.

provider "aws" {
  region = var.region
}

provider "zt" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = { "managed-by" = "terraform" }
  }
}

resource "zt_session_store" "main" {
  name                 = "main"
  max_session_lifetime = "12h"

  writer = {
    log_retention_days = 90
    prune_schedule     = "rate(12 hours)"
  }
}

module "customers" {
  source = "../../modules/cognito"

  name            = "customers"
  title           = "Shop"
  session_store   = zt_session_store.main.session_store
  aliases         = var.customer_hosts
  certificate_arn = var.certificate_arn
  support_url     = "https://support.example.com"

  domain       = { name = "example-customers" }
  groups       = { traders = { description = "May see trade prices", precedence = 1 } }
  mfa          = "optional"
  self_sign_up = true

  session = { lifetime = "30m", absolute_lifetime = "12h", refresh = true }

  policies = {
    customers = { any = [{ authenticated = true }] }
    traders   = { require = [{ groups = ["traders"] }] }
  }

  routes = [
    { path = "/shop/*", access = "public", cache = "shared", methods = ["GET", "HEAD"] },
    { path = "/trade/*", allow = ["traders"] },
    { path = "/orders/*", allow = ["customers"], unauthenticated = "401", origin = "api", cors = {
      origins     = ["https://shop.example.net"]
      methods     = ["GET", "POST"]
      headers     = ["content-type"]
      credentials = true
      max_age     = "10m"
    } },
    { path = "/*", allow = ["customers"], spa = "/index.html" },
  ]

  origins = {
    site = { s3 = { bucket = var.customer_bucket, region = var.region, manage_bucket_policy = true } }
    api  = { custom = { domain_name = var.api_host } }
  }
  default_origin = "site"

  identity_headers = { "x-zt-subject" = "sub" }
  price_class      = "PriceClass_100"
}

module "workforce" {
  source = "../../modules/entra"

  name            = "workforce"
  title           = "Intranet"
  session_store   = zt_session_store.main.session_store
  aliases         = var.workforce_hosts
  certificate_arn = var.certificate_arn
  support_url     = "mailto:help@example.com"

  tenant_id     = var.entra_tenant_id
  client_id     = var.entra_client_id
  group_overage = true

  session      = { lifetime = "15m", absolute_lifetime = "9h", refresh = true }
  key_rotation = { triggers = { month = "2026-11" }, propagation = "10m" }
  assertion    = { audience = "workforce-api" }

  policies = {
    staff  = { any = [{ roles = ["Staff"] }] }
    admins = { require = [{ roles = ["Admin"] }, { max_age = "4h" }] }
    robots = { any = [{ service_tokens = ["ci"] }] }
  }

  routes = [
    { path = "/status", access = "public", methods = ["GET", "HEAD"] },
    { path = "/admin/*", allow = ["admins"], methods = ["GET", "HEAD", "POST"] },
    { path = "/api/*", allow = ["staff", "robots"], unauthenticated = "401", origin = "api" },
    { path = "/*", allow = ["staff"] },
  ]

  origins = {
    site = { s3 = { bucket = var.workforce_bucket, region = var.region, manage_bucket_policy = true } }
    api  = { custom = { domain_name = var.api_host, minimum_tls = "TLSv1.2" } }
  }
  default_origin = "site"

  identity_headers = {
    "x-zt-subject" = "oid"
    "x-zt-name"    = "name"
  }

  response_headers = {
    content_security_policy           = "default-src 'self'; frame-ancestors 'none'"
    frame_options                     = "DENY"
    strict_transport_security_max_age = 31536000
  }

  web_acl = {
    rate_limit       = 2000
    auth_rate_limit  = 100
    path_rate_limits = { "/api/" = 1000 }
    managed_groups = [
      { name = "AWSManagedRulesCommonRuleSet", count_rules = ["SizeRestrictions_BODY"] },
      { name = "AWSManagedRulesKnownBadInputsRuleSet" },
      { name = "AWSManagedRulesAmazonIpReputationList" },
    ]
  }

  log_retention_days   = 365
  secret_recovery_days = 30
}

resource "zt_service_token" "ci" {
  session_store     = zt_session_store.main.session_store
  application       = module.workforce.name
  name              = "ci"
  lifetime          = "90d"
  rotation_overlap  = "2d"
  rotation_triggers = { quarter = "2026-4" }
}

# Out of both applications, everywhere, while they stand here.
resource "zt_session_revocation" "leavers" {
  count = length(var.leavers) > 0 ? 1 : 0

  session_store = zt_session_store.main.session_store
  users         = [for object_id in sort(var.leavers) : { issuer = module.workforce.issuer, subject = object_id }]
  reason        = "left the company"
}

# What keeps everybody but these roles from reading the store: into a service control policy.
data "zt_store_deny_statement" "main" {
  session_store = zt_session_store.main.session_store
  applications  = [module.customers.name, module.workforce.name]
  principals    = var.terraform_roles
}

data "zt_session_store_usage" "main" {
  session_store = zt_session_store.main.session_store
}

check "room_in_the_session_store" {
  assert {
    condition     = data.zt_session_store_usage.main.fullness_percent < 80
    error_message = "The session store is filling up: ${data.zt_session_store_usage.main.fullness_percent} %."
  }
}
