resource "zt_session_store" "main" {
  name = "main"
}

resource "zt_edge_auth" "members" {
  name          = "members"
  session_store = zt_session_store.main.session_store
  aliases       = ["members.example.com"]

  identity_provider = {
    issuer    = "https://login.example.com"
    client_id = "members"
  }

  policies = {
    staff = { any = [{ groups = ["staff"] }] }
  }

  routes = [
    { path = "/public/*", access = "public" },
    { path = "/*", allow = ["staff"] },
  ]
}

# For every behavior of the distribution but the one of the login.
output "session_function_arn" {
  value = zt_edge_auth.members.session_function_arn
}

# For the behavior of the login, with its body: the first of `behaviors`.
output "auth_function_arn" {
  value = zt_edge_auth.members.auth_function_arn
}
