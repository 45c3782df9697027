resource "aws_acm_certificate" "this" {
  provider = aws.certificates

  domain_name               = local.first
  subject_alternative_names = sort([for host in keys(var.hosts) : host if host != local.first])
  validation_method         = "DNS"
  tags                      = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

# They stay as long as the certificate is wanted: ACM renews it by them.
resource "aws_route53_record" "validation" {
  provider = aws.dns
  for_each = var.hosts

  zone_id         = each.value.zone_id
  name            = local.validations[each.key].resource_record_name
  type            = local.validations[each.key].resource_record_type
  records         = [local.validations[each.key].resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  provider = aws.certificates

  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}
