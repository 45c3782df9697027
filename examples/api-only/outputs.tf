output "domain_name" {
  description = "Domain name of the distribution."
  value       = module.app.domain_name
}

output "redirect_uris" {
  description = "Redirect URIs to register at the identity provider."
  value       = module.app.redirect_uris
}

output "token_secret_arn" {
  description = "Secret with the token of the machine: its member `token` goes into the header x-zt-service-token."
  value       = zt_service_token.robot.secret_arn
}
