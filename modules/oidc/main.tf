resource "zt_edge_app" "this" {
  name          = var.name
  session_store = var.session_store

  aliases         = var.aliases
  certificate_arn = var.certificate_arn
  viewer_port     = var.viewer_port

  identity_provider = {
    issuer             = var.issuer
    client_id          = var.client_id
    client_secret_arn  = var.client_secret_arn
    scopes             = var.scopes
    endpoints          = var.endpoints
    claims             = var.claims
    signing_algorithms = var.signing_algorithms
    auth_time_optional = var.auth_time_optional
  }

  session  = var.session
  policies = var.policies
  routes   = var.routes

  origins          = var.origins
  default_origin   = local.default_origin
  identity_headers = var.identity_headers
  response_headers = var.response_headers
  web_acl          = var.web_acl

  price_class          = var.price_class
  replica_deletion     = var.replica_deletion
  secret_recovery_days = var.secret_recovery_days
  support_url          = var.support_url
  title                = var.title
  tags                 = var.tags
}
