resource "aws_route53_record" "ipv4" {
  provider = aws.dns
  for_each = local.aliases

  zone_id = each.value.zone_id
  name    = each.key
  type    = "A"

  alias {
    name                   = var.distribution.domain_name
    zone_id                = var.distribution.hosted_zone_id
    evaluate_target_health = false
  }
}

resource "aws_route53_record" "ipv6" {
  provider = aws.dns
  for_each = var.ipv6 ? local.aliases : {}

  zone_id = each.value.zone_id
  name    = each.key
  type    = "AAAA"

  alias {
    name                   = var.distribution.domain_name
    zone_id                = var.distribution.hosted_zone_id
    evaluate_target_health = false
  }
}
