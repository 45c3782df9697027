locals {
  port          = var.port == 443 ? "" : ":${var.port}"
  redirect_uris = [for host in sort(var.hosts) : "https://${host}${local.port}${var.auth_prefix}/callback"]

  # Microsoft Graph, and its delegated permissions openid, profile, email and offline_access; User.Read is asked for a user's groups.
  graph = "00000003-0000-0000-c000-000000000000"
  permissions = concat(
    [
      "37f7f235-527c-4136-accd-4a02d197296e",
      "14dad69e-099b-42c9-810b-d002981feec1",
      "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
      "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
    ],
    var.group_overage ? ["e1fe6dd8-ba31-4d61-89e7-88639da4683d"] : [],
  )

  # Ids that follow from what is written: no random id that a lost state would change under everybody's assignments.
  role_ids = { for value in keys(var.roles) : value => uuidv5("url", "https://zt-edge/${var.name}/roles/${value}") }

  assignments = merge([
    for value, role in var.roles : { for group in role.groups : "${value}/${group}" => { role = value, group = group } }
  ]...)
}
