locals {
  # With one origin there is nothing to choose.
  default_origin = coalesce(var.default_origin, one(slice(sort(keys(var.origins)), 0, min(1, length(var.origins)))))

  new_user_pool = var.user_pool_id == null
  user_pool_id  = local.new_user_pool ? aws_cognito_user_pool.this[0].id : var.user_pool_id
  new_client    = var.client_id == null

  client_id = local.new_client ? aws_cognito_user_pool_client.this[0].id : var.client_id

  # A pool's id begins with its region.
  issuer = provider::zt::cognito_issuer(split("_", local.user_pool_id)[0], local.user_pool_id)

  mfa_configurations = { required = "ON", optional = "OPTIONAL", off = "OFF" }

  port  = var.viewer_port == 443 ? "" : ":${var.viewer_port}"
  hosts = [for host in sort(var.aliases) : "https://${host}${local.port}${coalesce(var.auth_prefix, "/oauth2")}"]
}
