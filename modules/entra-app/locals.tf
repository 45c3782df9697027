locals {
  port          = var.port == 443 ? "" : ":${var.port}"
  redirect_uris = [for host in sort(var.hosts) : "https://${host}${local.port}${var.auth_prefix}/callback"]

  # Ids that follow from what is written: no random id that a lost state would change under everybody's assignments.
  role_ids = { for value in keys(var.roles) : value => uuidv5("url", "https://zt-edge/${var.name}/roles/${value}") }

  assignments = merge([
    for value, role in var.roles : { for group in role.groups : "${value}/${group}" => { role = value, group = group } }
  ]...)
}
