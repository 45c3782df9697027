# The token itself, for this run only: hand it to a provider's configuration or to a write-only attribute.
ephemeral "zt_service_token" "ci" {
  secret_arn = zt_service_token.ci.secret_arn
}

locals {
  headers = { (ephemeral.zt_service_token.ci.header) = ephemeral.zt_service_token.ci.token }
}

resource "zt_service_token" "ci" {
  session_store = zt_session_store.main.session_store
  application   = "members"
  name          = "ci"
}

resource "zt_session_store" "main" {
  name = "main"
}
