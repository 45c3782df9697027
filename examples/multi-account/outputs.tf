output "redirect_uris" {
  description = "Redirect URIs to register with the identity provider."
  value       = module.members.redirect_uris
}
