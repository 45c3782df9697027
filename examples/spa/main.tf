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
  scopes    = ["openid", "profile", "email", "offline_access"]

  # Renewed in the background for a working day, without a visit to the provider.
  session = { lifetime = "30m", absolute_lifetime = "10h", refresh = true }

  policies = {
    anybody = { any = [{ authenticated = true }] }
  }

  routes = [
    # Scripts of the application ask here: a lost session is 401 with the address of the login, never a redirect.
    { path = "/api/*", allow = ["anybody"], unauthenticated = "401", origin = "api" },
    # Every address of the application without a dot in its last part is the one page.
    { path = "/*", allow = ["anybody"], spa = "/index.html" },
  ]

  origins = {
    site = { s3 = { bucket = var.bucket, region = var.bucket_region, manage_bucket_policy = true } }
    api  = { custom = var.api_origin }
  }
  default_origin = "site"

  identity_headers = { "x-zt-subject" = "sub" }

  response_headers = {
    content_security_policy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
  }
}
