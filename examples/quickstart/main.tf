provider "zt" {}

resource "zt_session_store" "main" {
  name                 = var.name
  secret_recovery_days = 0
}

module "app" {
  source = "../../modules/oidc"

  name          = var.name
  session_store = zt_session_store.main.session_store
  title         = "Quickstart"

  aliases         = var.aliases
  certificate_arn = var.certificate_arn
  viewer_port     = var.viewer_port

  issuer    = var.issuer
  client_id = var.client_id
  scopes    = ["openid", "profile", "email", "groups"]

  policies = {
    staff  = { any = [{ groups = ["staff"] }] }
    admins = { require = [{ groups = ["admins"] }] }
  }

  routes = [
    { path = "/public/*", access = "public" },
    { path = "/admin/*", allow = ["admins"], methods = ["GET", "HEAD"] },
    { path = "/api/*", allow = ["staff"], unauthenticated = "401", origin = "api" },
    { path = "/*", allow = ["staff"] },
  ]

  origins = {
    site = { s3 = { bucket = var.bucket, region = var.bucket_region, manage_bucket_policy = true } }
    api  = { custom = var.api_origin }
  }
  default_origin = "site"

  identity_headers = {
    "x-zt-subject" = "sub"
    "x-zt-email"   = "email"
  }

  # Nothing is left behind when the quickstart is destroyed.
  replica_deletion     = "wait"
  secret_recovery_days = 0
}

# While a user is listed here, he is out: every session refused at once, everywhere.
resource "zt_session_revocation" "users" {
  count = length(var.revoked_subjects) > 0 ? 1 : 0

  session_store = zt_session_store.main.session_store
  users         = [for subject in var.revoked_subjects : { issuer = var.issuer, subject = subject }]
  reason        = "quickstart"
}
