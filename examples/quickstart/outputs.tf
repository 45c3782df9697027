output "domain_name" {
  description = "Domain name of the distribution."
  value       = module.app.domain_name
}

output "redirect_uris" {
  description = "Redirect URIs to register at the identity provider."
  value       = module.app.redirect_uris
}

output "session_store_arn" {
  description = "ARN of the session store."
  value       = zt_session_store.main.arn
}
