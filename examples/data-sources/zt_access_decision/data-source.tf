locals {
  policies = {
    staff  = { any = [{ groups = ["staff"] }, { email_domains = ["example.com"] }] }
    admins = { require = [{ groups = ["admins"] }, { acr = "mfa", max_age = "8h" }] }
  }
  routes = [
    { path = "/public/*", access = "public" },
    { path = "/admin/*", allow = ["admins"] },
    { path = "/*", allow = ["staff"] },
  ]
}

# Policies as they are written here: an old login must not reach the administration.
data "zt_access_decision" "old_login" {
  policies = local.policies
  routes   = local.routes

  request = { path = "/admin/users" }
  identity = {
    claims    = { sub = "ada", groups = ["admins"], acr = "mfa" }
    login_age = "9h"
  }
}

check "administration_wants_a_fresh_login" {
  assert {
    condition     = data.zt_access_decision.old_login.decision == "step_up"
    error_message = data.zt_access_decision.old_login.explanation
  }
}

# Policies of an application that exists.
data "zt_access_decision" "stranger" {
  application = "main/members"
  request     = { path = "/", country = "DE" }
}
