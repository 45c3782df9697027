# What is registered, what is not, and what each validation refuses. Nothing reaches Entra ID.

mock_provider "azuread" {}

variables {
  name  = "Members"
  hosts = ["members.example.com", "apex.example.net"]
  roles = {
    Staff = { groups = ["99999999-8888-7777-6666-555555555555", "99999999-8888-7777-6666-444444444444"] }
    Admin = { display_name = "Administrators" }
  }
  federated_credential = {
    issuer  = "https://11111111-2222-3333-4444-555555555555.tokens.sts.global.api.aws"
    subject = "arn:aws:iam::111122223333:role/zt-main-members"
  }
}

run "a_registration" {
  assert {
    condition     = azuread_application.this.web[0].redirect_uris == toset(["https://members.example.com/oauth2/callback", "https://apex.example.net/oauth2/callback"])
    error_message = "A redirect URI for each host."
  }
  assert {
    condition     = !azuread_application.this.web[0].implicit_grant[0].access_token_issuance_enabled && !azuread_application.this.web[0].implicit_grant[0].id_token_issuance_enabled
    error_message = "No token through the browser."
  }
  assert {
    condition     = azuread_application.this.optional_claims[0].id_token[0].name == "auth_time" && azuread_application.this.sign_in_audience == "AzureADMyOrg"
    error_message = "The login time comes with the ID token, for this tenant's users."
  }
  assert {
    condition     = azuread_service_principal.this.app_role_assignment_required
    error_message = "Nobody logs in without an assignment."
  }
  assert {
    condition     = length(azuread_app_role_assignment.this) == 2 && length(azuread_application.this.app_role) == 2
    error_message = "A role each, and an assignment for each group of it."
  }
  assert {
    condition     = toset([for role in azuread_application.this.app_role : "${role.value}:${role.display_name}"]) == toset(["Staff:Staff", "Admin:Administrators"])
    error_message = "Roles are known by the values that policies name."
  }
  assert {
    condition     = alltrue([for assignment in azuread_app_role_assignment.this : contains([for role in azuread_application.this.app_role : role.id if role.value == "Staff"], assignment.app_role_id)])
    error_message = "The groups have the role they stand under."
  }
  assert {
    condition     = one(azuread_application.this.required_resource_access).resource_app_id == "00000003-0000-0000-c000-000000000000" && length(one(azuread_application.this.required_resource_access).resource_access) == 4
    error_message = "What a login needs, and no permission to read anything."
  }
  assert {
    condition     = azuread_application_federated_identity_credential.this[0].audiences == tolist(["api://AzureADTokenExchange"]) && azuread_application_federated_identity_credential.this[0].subject == "arn:aws:iam::111122223333:role/zt-main-members"
    error_message = "The role of the auth function is trusted."
  }
}

run "another_port_and_prefix" {
  variables {
    hosts       = ["members.example.com"]
    port        = 8443
    auth_prefix = "/login"
  }

  assert {
    condition     = output.redirect_uris == ["https://members.example.com:8443/login/callback"]
    error_message = "As the application makes them."
  }
}

run "groups_of_many" {
  variables { group_overage = true }

  assert {
    condition     = contains([for access in one(azuread_application.this.required_resource_access).resource_access : access.id], "e1fe6dd8-ba31-4d61-89e7-88639da4683d")
    error_message = "User.Read, to ask for the groups."
  }
}

run "nothing_more" {
  variables {
    roles                = {}
    federated_credential = null
  }

  assert {
    condition     = length(azuread_application_federated_identity_credential.this) + length(azuread_app_role_assignment.this) == 0
    error_message = "Neither credential nor assignment is made."
  }
}

run "a_host_with_a_scheme" {
  command = plan
  variables { hosts = ["https://members.example.com"] }
  expect_failures = [var.hosts]
}

run "a_name_with_a_slash" {
  command = plan
  variables { name = "members/staff" }
  expect_failures = [var.name]
}

run "a_prefix_with_a_slash_at_the_end" {
  command = plan
  variables { auth_prefix = "/oauth2/" }
  expect_failures = [var.auth_prefix]
}

run "an_issuer_that_is_no_address" {
  command = plan
  variables { federated_credential = { issuer = "sts.amazonaws.com", subject = "x" } }
  expect_failures = [var.federated_credential]
}

run "an_owner_by_name" {
  command = plan
  variables { owners = ["ada@example.com"] }
  expect_failures = [var.owners]
}

run "no_port" {
  command = plan
  variables { port = 0 }
  expect_failures = [var.port]
}

run "a_role_with_spaces" {
  command = plan
  variables { roles = { "All Staff" = {} } }
  expect_failures = [var.roles]
}

run "a_group_by_name" {
  command = plan
  variables { roles = { Staff = { groups = ["staff"] } } }
  expect_failures = [var.roles]
}

run "personal_accounts" {
  command = plan
  variables { sign_in_audience = "AzureADandPersonalMicrosoftAccount" }
  expect_failures = [var.sign_in_audience]
}
