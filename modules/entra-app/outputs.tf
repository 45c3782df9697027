output "client_id" {
  description = "Application (client) id, for the module entra."
  value       = azuread_application.this.client_id
}

output "object_id" {
  description = "Object id of the app registration."
  value       = azuread_application.this.object_id
}

output "redirect_uris" {
  description = "Redirect URIs that are registered."
  value       = local.redirect_uris
}

output "service_principal_object_id" {
  description = "Object id of the enterprise application, to which people and groups are assigned."
  value       = azuread_service_principal.this.object_id
}
