output "aliases" {
  description = "The hosts, for `aliases` of the application."
  value       = toset(keys(var.hosts))
}

output "certificate_arn" {
  description = "ARN of the certificate, once it is valid: for `certificate_arn` of the application."
  value       = aws_acm_certificate_validation.this.certificate_arn
}
