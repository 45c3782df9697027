resource "zt_edge_app" "this" {
  name          = var.name
  session_store = var.session_store

  identity_provider = {
    issuer                 = local.issuer
    client_id              = var.client_id
    client_authentication  = var.client_authentication
    client_secret_arn      = var.client_secret_arn
    federation             = local.federation
    tenants                = local.tenants
    scopes                 = local.scopes
    claims                 = { user = "oid" }
    claims_hook            = var.claims_hook
    group_overage_endpoint = local.group_overage_endpoint
    auth_time_optional     = var.auth_time_optional
  }

  aliases              = var.aliases
  assertion            = var.assertion
  auth_prefix          = var.auth_prefix
  bearer_issuers       = var.bearer_issuers
  certificate_arn      = var.certificate_arn
  cookie_domain        = var.cookie_domain
  default_origin       = local.default_origin
  http_version         = var.http_version
  identity_headers     = var.identity_headers
  ipv6                 = var.ipv6
  key_rotation         = var.key_rotation
  log_regions          = var.log_regions
  log_retention_days   = var.log_retention_days
  minimum_tls          = var.minimum_tls
  origins              = var.origins
  policies             = var.policies
  price_class          = var.price_class
  replica_deletion     = var.replica_deletion
  response_headers     = var.response_headers
  routes               = var.routes
  secret_recovery_days = var.secret_recovery_days
  session              = var.session
  shared_signals       = var.shared_signals
  support_url          = var.support_url
  tags                 = var.tags
  title                = var.title
  userinfo_path        = var.userinfo_path
  viewer_port          = var.viewer_port
  web_acl              = var.web_acl

  timeouts = var.timeouts
}

check "email_addresses" {
  assert {
    condition     = length(local.selectors_of_email) == 0
    error_message = "Entra ID does not say that an e-mail address is verified, so emails and email_domains hold for nobody. Use roles, groups or users (object ids) in: ${join(", ", local.selectors_of_email)}."
  }
}
