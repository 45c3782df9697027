# Minted by apply, valid for 90 days; a new month mints another, and for two days both count.
resource "zt_service_token" "ci" {
  session_store     = zt_session_store.main.session_store
  application       = zt_edge_app.members.name
  name              = "ci"
  lifetime          = "90d"
  rotation_overlap  = "2d"
  rotation_triggers = { month = "2026-11" }
}

# One of your own, which Terraform never stores. Raise the version with each new secret.
resource "zt_service_token" "deploy" {
  session_store     = zt_session_store.main.session_store
  application       = zt_edge_app.members.name
  name              = "deploy"
  secret_wo         = var.deploy_secret
  secret_wo_version = 1
}

variable "deploy_secret" {
  type        = string
  description = "32 random bytes as 43 characters of base64url."
  ephemeral   = true
}

resource "zt_edge_app" "members" {
  name          = "members"
  session_store = zt_session_store.main.session_store

  identity_provider = {
    issuer    = "https://login.example.com"
    client_id = "members"
  }

  policies = {
    staff  = { any = [{ groups = ["staff"] }] }
    robots = { any = [{ service_tokens = ["ci", "deploy"] }] }
  }

  routes = [
    { path = "/api/*", allow = ["staff", "robots"], unauthenticated = "401" },
    { path = "/*", allow = ["staff"] },
  ]

  origins = {
    site = { s3 = { bucket = "members-site" } }
  }
}

resource "zt_session_store" "main" {
  name = "main"
}
