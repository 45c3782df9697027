output "domain_name" {
  description = "Domain name of the distribution."
  value       = aws_cloudfront_distribution.members.domain_name
}

output "redirect_uris" {
  description = "Redirect URIs to register at the identity provider."
  value       = zt_edge_auth.members.redirect_uris
}
