output "auth_function_arn" {
  description = "ARN of the auth function, with its version."
  value       = zt_edge_app.this.auth_function_arn
}

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

output "issuer" {
  description = "Issuer under which users are revoked: `users = [{ issuer, subject }]` of a zt_session_revocation."
  value       = zt_edge_app.this.identity_provider.issuer
}

output "name" {
  description = "Name of the application, known once it exists: for zt_service_token."
  value       = zt_edge_app.this.name
}

output "origin_bucket_policies" {
  description = "For each S3 origin the statement that its bucket policy needs."
  value       = zt_edge_app.this.origin_bucket_policies
}

output "redirect_uris" {
  description = "Redirect URIs to register at the identity provider."
  value       = zt_edge_app.this.redirect_uris
}

output "role_arn" {
  description = "ARN of the role of the auth function."
  value       = zt_edge_app.this.role_arn
}

output "session_function_arn" {
  description = "ARN of the session function."
  value       = zt_edge_app.this.session_function_arn
}

output "web_acl_arn" {
  description = "ARN of the web ACL."
  value       = zt_edge_app.this.web_acl_arn
}
