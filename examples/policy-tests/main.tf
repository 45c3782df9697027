# Policies and routes in one place: the application takes them from here, and so do the tests.
locals {
  policies = {
    staff  = { any = [{ groups = ["staff"] }, { email_domains = ["example.com"] }] }
    admins = { require = [{ groups = ["admins"] }, { max_age = "8h" }], none = [{ countries = ["KP"] }] }
    robots = { any = [{ service_tokens = ["ci"] }] }
  }

  routes = [
    { path = "/public/*", access = "public" },
    { path = "/admin/*", allow = ["admins"], methods = ["GET", "POST"] },
    { path = "/api/*", allow = ["staff", "robots"], unauthenticated = "401" },
    { path = "/*", allow = ["staff"] },
  ]

  # What has to hold, a line each. `expect` is a decision of zt_access_decision.
  cases = {
    "a stranger reads what is public"       = { path = "/public/index.html", expect = "public" }
    "a stranger is sent to the login"       = { path = "/", expect = "login" }
    "staff by their group"                  = { path = "/", identity = { claims = { sub = "ada", groups = ["staff"] } }, expect = "allow" }
    "staff by a verified address"           = { path = "/", identity = { claims = { sub = "bob", email = "bob@example.com", email_verified = true } }, expect = "allow" }
    "an address that nobody verified"       = { path = "/", identity = { claims = { sub = "eve", email = "eve@example.com" } }, expect = "denied" }
    "staff are no admins"                   = { path = "/admin/users", country = "DE", identity = { claims = { sub = "ada", groups = ["staff"] } }, expect = "denied" }
    "an admin who logged in this morning"   = { path = "/admin/users", country = "DE", identity = { claims = { sub = "ada", groups = ["admins"] }, login_age = "2h" }, expect = "allow" }
    "an admin who logged in yesterday"      = { path = "/admin/users", country = "DE", identity = { claims = { sub = "ada", groups = ["admins"] }, login_age = "9h" }, expect = "step_up" }
    "an admin from nowhere known"           = { path = "/admin/users", identity = { claims = { sub = "ada", groups = ["admins"] } }, expect = "denied" }
    "nobody deletes through /admin"         = { path = "/admin/users", method = "DELETE", country = "DE", identity = { claims = { sub = "ada", groups = ["admins"] } }, expect = "method_not_allowed" }
    "the pipeline calls the interface"      = { path = "/api/deploy", identity = { service_token = "ci" }, expect = "allow" }
    "the pipeline calls nothing else"       = { path = "/", identity = { service_token = "ci" }, expect = "denied" }
    "a path with two readings goes nowhere" = { path = "/public/../admin/users", expect = "ambiguous_path" }
  }
}

data "zt_access_decision" "case" {
  for_each = local.cases

  policies = local.policies
  routes   = local.routes

  request = {
    path    = each.value.path
    method  = try(each.value.method, null)
    country = try(each.value.country, null)
  }
  identity = try(each.value.identity, null)
}

locals {
  surprises = [
    for name, case in local.cases :
    "${name}: ${data.zt_access_decision.case[name].decision}, not ${case.expect}. ${data.zt_access_decision.case[name].explanation}"
    if data.zt_access_decision.case[name].decision != case.expect
  ]
}
