resource "zt_session_store" "main" {
  name = "main"
}

resource "zt_edge_app" "members" {
  name            = "members"
  session_store   = zt_session_store.main.session_store
  aliases         = ["members.example.com"]
  certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555"

  identity_provider = {
    issuer    = "https://login.example.com"
    client_id = "members"
  }

  policies = {
    staff  = { any = [{ groups = ["staff"] }, { email_domains = ["example.com"] }] }
    admins = { require = [{ groups = ["admins"] }] }
  }

  routes = [
    { path = "/public/*", access = "public" },
    { path = "/admin/*", allow = ["admins"], methods = ["GET", "HEAD", "POST"] },
    { path = "/api/*", allow = ["staff"], unauthenticated = "401", origin = "api" },
    { path = "/*", allow = ["staff"] },
  ]

  origins = {
    site = { s3 = { bucket = "example-members-site", region = "eu-west-1" } }
    api  = { custom = { domain_name = "api.internal.example.com" } }
  }
  default_origin = "site"

  identity_headers = {
    "x-zt-email" = "email"
  }
}
