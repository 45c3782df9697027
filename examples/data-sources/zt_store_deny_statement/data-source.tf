resource "zt_session_store" "main" {
  name = "main"
}

data "zt_store_deny_statement" "main" {
  session_store = zt_session_store.main.session_store
  applications  = ["members"]
  principals    = ["arn:aws:iam::111122223333:role/terraform"]
}

# The content of a service control policy for the account.
output "service_control_policy" {
  value = data.zt_store_deny_statement.main.json
}
