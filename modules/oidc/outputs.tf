output "distribution_arn" {
  description = "ARN of the distribution, for bucket policies."
  value       = zt_edge_app.this.distribution_arn
}

output "distribution_id" {
  description = "Id of the distribution."
  value       = zt_edge_app.this.distribution_id
}

output "domain_name" {
  description = "Domain name of the distribution, the target of alias records."
  value       = zt_edge_app.this.domain_name
}

output "hosted_zone_id" {
  description = "Route 53 zone of CloudFront, for alias records."
  value       = zt_edge_app.this.hosted_zone_id
}

output "redirect_uris" {
  description = "Redirect URIs to register at the identity provider."
  value       = zt_edge_app.this.redirect_uris
}
