# Two applications on one store: one logs in with a provider dressed as Entra ID, one with Cognito's hosted UI.

terraform {
  required_providers {
    zt = { source = "zt-edge/zt" }
  }
}

provider "zt" {}

variable "certificate_arn" { type = string }
variable "viewer_port" { type = number }
variable "origin" { type = any }
variable "entra" { type = any }
variable "cognito" { type = any }

locals {
  policies = {
    anyone = { any = [{ authenticated = true }] }
    staff  = { any = [{ groups = ["staff"] }] }
    admins = { require = [{ groups = ["admins"] }] }
    recent = { require = [{ groups = ["staff"], max_age = "5m" }] }
  }

  routes = [
    { path = "/public/*", access = "public" },
    { path = "/admin/*", allow = ["admins"] },
    { path = "/account/*", allow = ["anyone"] },
    { path = "/recent/*", allow = ["recent"] },
  ]

  # Every browser of this lane comes from one address.
  web_acl = { rate_limit = 20000, auth_rate_limit = 5000 }
}

resource "zt_session_store" "main" {
  name                 = "main"
  secret_recovery_days = 0
}

resource "zt_edge_app" "entra" {
  name            = "entra"
  title           = "Workforce"
  session_store   = zt_session_store.main.session_store
  aliases         = [var.entra.host]
  certificate_arn = var.certificate_arn
  viewer_port     = var.viewer_port
  support_url     = "https://support.example.com/access"

  identity_provider = {
    issuer                 = var.entra.issuer
    client_id              = var.entra.client_id
    tenants                = [var.entra.tenant]
    scopes                 = ["openid", "profile", "email", "groups", "offline_access"]
    group_overage_endpoint = var.entra.graph_endpoint
    back_channel_logout    = true
    # The provider's logout tokens name their subject by `sub` alone.
    claims = { user = "sub" }
  }

  session = { lifetime = "1h", absolute_lifetime = "12h", refresh = true }

  policies = merge(local.policies, {
    strong = { require = [{ authenticated = true, acr = "mfa" }] }
  })

  routes = concat(local.routes, [
    { path = "/strong/*", allow = ["strong"] },
    { path = "/*", allow = ["staff"] },
  ])

  origins = { api = { custom = var.origin } }
  web_acl = local.web_acl

  identity_headers     = { "x-zt-subject" = "sub" }
  replica_deletion     = "wait"
  secret_recovery_days = 0
}

resource "zt_edge_app" "cognito" {
  name            = "cognito"
  title           = "Customers"
  session_store   = zt_session_store.main.session_store
  aliases         = [var.cognito.host]
  certificate_arn = var.certificate_arn
  viewer_port     = var.viewer_port
  support_url     = "https://support.example.com/access"

  # The issuer is AWS's own; the endpoints are the local cloud's.
  identity_provider = {
    issuer    = var.cognito.issuer
    client_id = var.cognito.client_id
    scopes    = ["openid", "profile", "email"]
    claims    = { groups = "cognito:groups" }
    endpoints = var.cognito.endpoints
  }

  session = { lifetime = "1h", absolute_lifetime = "12h", refresh = true }

  policies = local.policies
  routes   = concat(local.routes, [{ path = "/*", allow = ["staff"] }])

  origins = { api = { custom = var.origin } }
  web_acl = local.web_acl

  identity_headers     = { "x-zt-subject" = "sub" }
  replica_deletion     = "wait"
  secret_recovery_days = 0
}
