output "domain_name" {
  description = "Domain name of the distribution."
  value       = module.app.domain_name
}

output "redirect_uris" {
  description = "Redirect URIs to register at the identity provider."
  value       = module.app.redirect_uris
}
