locals {
  first       = sort(keys(var.hosts))[0]
  validations = { for option in aws_acm_certificate.this.domain_validation_options : option.domain_name => option }
  aliases     = var.alias_records ? var.hosts : {}
}
