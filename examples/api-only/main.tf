provider "zt" {}

resource "zt_session_store" "main" {
  name = var.name
}

module "app" {
  source = "../../modules/oidc"

  name          = var.name
  session_store = zt_session_store.main.session_store

  aliases         = var.aliases
  certificate_arn = var.certificate_arn
  viewer_port     = var.viewer_port

  issuer    = var.issuer
  client_id = var.client_id

  # Command lines bring a token of the provider to /oauth2/token and get a short session for the header x-zt-session.
  bearer_issuers = {
    company = {
      issuer   = var.issuer
      audience = var.name
      jwks_uri = coalesce(var.jwks_uri, "${var.issuer}/.well-known/jwks.json")
    }
  }

  # The API verifies who asks with the keys at /oauth2/jwks.json and need not trust the network.
  assertion = { audience = var.name }

  policies = {
    people = { any = [{ authenticated = true }] }
    robots = { any = [{ service_tokens = ["robot"] }] }
  }

  routes = [
    { path = "/health", access = "public", methods = ["GET", "HEAD"] },
    { path = "/reports/*", allow = ["people", "robots"], methods = ["GET", "HEAD"], unauthenticated = "401" },
    { path = "/*", allow = ["people"], unauthenticated = "401" },
  ]

  origins = { api = { custom = var.api_origin } }
}

resource "zt_service_token" "robot" {
  session_store     = zt_session_store.main.session_store
  application       = module.app.name
  name              = "robot"
  lifetime          = "90d"
  rotation_triggers = { quarter = "2026-4" }
}
