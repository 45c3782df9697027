# Two applications on one store, with everything that a login may lean on: a provider dressed as Entra ID with a federated client, group
# overage, claims hook, signed assertion, logouts and events from outside; and a plain provider with a client secret and bearer tokens.

terraform {
  required_providers {
    zt = { source = "zt-edge/zt" }
  }
}

provider "zt" {}

variable "certificate_arn" { type = string }
variable "viewer_port" { type = number }
variable "origin" { type = any }
variable "work" { type = any }
variable "shop" { type = any }

locals {
  policies = {
    staff  = { any = [{ groups = ["staff"] }] }
    strong = { require = [{ groups = ["staff"], acr = "mfa" }] }
  }

  routes = [
    { path = "/public/*", access = "public" },
    { path = "/strong/*", allow = ["strong"] },
    { path = "/*", allow = ["staff"] },
  ]

  session = { lifetime = "1h", absolute_lifetime = "12h", refresh = true }
  scopes  = ["openid", "profile", "email", "groups", "offline_access"]
  # Every visitor of this lane comes from one address.
  web_acl = { rate_limit = 200000, auth_rate_limit = 100000 }
}

resource "zt_session_store" "main" {
  name                 = "main"
  secret_recovery_days = 0
  # The lane counts what the writer asks of the store, and moves the clock: no run of another kind between.
  writer = { prune_schedule = "rate(300 days)" }
}

resource "zt_edge_app" "work" {
  name            = "work"
  title           = "Workforce"
  session_store   = zt_session_store.main.session_store
  aliases         = [var.work.host]
  certificate_arn = var.certificate_arn
  viewer_port     = var.viewer_port

  identity_provider = {
    issuer                 = var.work.issuer
    client_id              = var.work.client_id
    tenants                = [var.work.tenant]
    scopes                 = local.scopes
    client_authentication  = "federated"
    federation             = { audience = var.work.audience }
    group_overage_endpoint = var.work.graph_endpoint
    back_channel_logout    = true
    claims                 = { user = "sub" }
    claims_hook            = { url = var.work.hook_url, secret_arn = var.work.hook_secret_arn }
  }

  shared_signals = {
    issuer   = var.work.events.issuer
    jwks_uri = var.work.events.jwks_uri
    audience = var.work.events.audience
  }

  assertion = { audience = "work" }
  session   = local.session
  policies  = local.policies
  routes    = local.routes

  origins              = { api = { custom = var.origin } }
  web_acl              = local.web_acl
  identity_headers     = { "x-zt-subject" = "sub" }
  replica_deletion     = "wait"
  secret_recovery_days = 0
}

resource "zt_edge_app" "shop" {
  name            = "shop"
  title           = "Shop"
  session_store   = zt_session_store.main.session_store
  aliases         = [var.shop.host]
  certificate_arn = var.certificate_arn
  viewer_port     = var.viewer_port

  identity_provider = {
    issuer            = var.shop.issuer
    client_id         = var.shop.client_id
    client_secret_arn = var.shop.client_secret_arn
    scopes            = local.scopes
  }

  bearer_issuers = {
    tools = { issuer = var.shop.issuer, jwks_uri = "${var.shop.issuer}/jwks", audience = "api" }
  }

  session  = local.session
  policies = local.policies
  routes   = local.routes

  origins              = { api = { custom = var.origin } }
  web_acl              = local.web_acl
  identity_headers     = { "x-zt-subject" = "sub" }
  replica_deletion     = "wait"
  secret_recovery_days = 0
}

output "role_arn" {
  value = zt_edge_app.work.role_arn
}

output "queue_url" {
  value = zt_session_store.main.queue_url
}
