resource "azuread_application" "this" {
  display_name            = var.name
  sign_in_audience        = var.sign_in_audience
  prevent_duplicate_names = true
  owners                  = length(var.owners) == 0 ? null : var.owners

  web {
    redirect_uris = local.redirect_uris
    logout_url    = "https://${sort(var.hosts)[0]}${local.port}${var.auth_prefix}/signed-out"

    # A code only: no token ever comes through the browser.
    implicit_grant {
      access_token_issuance_enabled = false
      id_token_issuance_enabled     = false
    }
  }

  api {
    requested_access_token_version = 2
  }

  # Without auth_time a login could be from before a sign-out, and is refused.
  optional_claims {
    id_token {
      name      = "auth_time"
      essential = true
    }
  }

  # What a login asks for, so that an administrator can consent once for everybody.
  required_resource_access {
    resource_app_id = local.graph

    dynamic "resource_access" {
      for_each = local.permissions

      content {
        id   = resource_access.value
        type = "Scope"
      }
    }
  }

  dynamic "app_role" {
    for_each = var.roles

    content {
      id                   = local.role_ids[app_role.key]
      value                = app_role.key
      display_name         = coalesce(app_role.value.display_name, app_role.key)
      description          = coalesce(app_role.value.description, app_role.value.display_name, app_role.key)
      allowed_member_types = ["User"]
      enabled              = true
    }
  }
}

resource "azuread_service_principal" "this" {
  client_id                    = azuread_application.this.client_id
  app_role_assignment_required = true
  owners                       = length(var.owners) == 0 ? null : var.owners
}

resource "azuread_application_federated_identity_credential" "this" {
  count = var.federated_credential == null ? 0 : 1

  application_id = azuread_application.this.id
  display_name   = "zt"
  description    = "The auth function of zt, by the web identity of its role."
  issuer         = var.federated_credential.issuer
  subject        = var.federated_credential.subject
  audiences      = var.federated_credential.audiences
}

resource "azuread_app_role_assignment" "this" {
  for_each = local.assignments

  app_role_id         = local.role_ids[each.value.role]
  principal_object_id = each.value.group
  resource_object_id  = azuread_service_principal.this.object_id
}
