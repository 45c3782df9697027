resource "aws_cognito_user_pool" "this" {
  count = local.new_user_pool ? 1 : 0

  name                     = var.name
  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]
  mfa_configuration        = local.mfa_configurations[var.mfa]

  username_configuration {
    case_sensitive = false
  }

  admin_create_user_config {
    allow_admin_create_user_only = !var.self_sign_up
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  password_policy {
    minimum_length                   = var.password_minimum_length
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = true
    require_uppercase                = true
    temporary_password_validity_days = 3
  }

  dynamic "software_token_mfa_configuration" {
    for_each = var.mfa == "off" ? [] : [true]

    content {
      enabled = true
    }
  }

  tags = var.tags
}

resource "aws_cognito_user_group" "this" {
  for_each = var.groups

  name         = each.key
  description  = each.value.description
  precedence   = each.value.precedence
  user_pool_id = local.user_pool_id
}

resource "aws_cognito_user_pool_client" "this" {
  count = local.new_client ? 1 : 0

  name         = var.name
  user_pool_id = local.user_pool_id

  # A public client: PKCE binds the code to the browser that asked, and there is no secret to keep.
  generate_secret                      = false
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_scopes                 = var.scopes
  callback_urls                        = [for host in local.hosts : "${host}/callback"]
  logout_urls                          = [for host in local.hosts : "${host}/signed-out"]
  supported_identity_providers         = var.supported_identity_providers
  explicit_auth_flows                  = ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]
  prevent_user_existence_errors        = "ENABLED"
  refresh_token_validity               = var.refresh_token_days
}

resource "aws_cognito_user_pool_domain" "this" {
  count = var.domain == null ? 0 : 1

  domain          = var.domain.name
  certificate_arn = var.domain.certificate_arn
  user_pool_id    = local.user_pool_id
}
