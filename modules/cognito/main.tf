resource "zt_edge_app" "this" {
  name          = var.name
  session_store = var.session_store

  identity_provider = {
    issuer      = local.issuer
    client_id   = local.client_id
    scopes      = var.scopes
    claims      = { groups = "cognito:groups", roles = "cognito:groups" }
    claims_hook = var.claims_hook
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
