# No account is asked: policies that are written here are judged by the provider itself.

provider "zt" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
}

run "every_case_is_decided_as_it_should" {
  command = plan

  assert {
    condition     = length(local.surprises) == 0
    error_message = join("\n", local.surprises)
  }
}

run "nothing_below_admin_is_public" {
  command = plan

  assert {
    condition     = !anytrue([for route in local.routes : startswith(route.path, "/admin") && try(route.access, null) == "public"])
    error_message = "A route below /admin is public."
  }
}
