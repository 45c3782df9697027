resource "zt_web_acl" "main" {
  name       = "main"
  rate_limit = 2000

  rate_limits = {
    search = { path = "/search/*", limit = 100, window = 60, action = "challenge" }
  }

  addresses = {
    block = ["203.0.113.0/24", "2001:db8:bad::/48"]
    trust = ["198.51.100.7/32"]
  }

  geo = { block = ["KP"] }

  rules = {
    no-wordpress = {
      action   = "block"
      paths    = ["/wp-*", "/*.php"]
      response = { status = 404, body = "There is none." }
    }
    uploads = {
      action = "allow"
      paths  = ["/uploads/*"]
    }
  }
  rule_order = ["no-wordpress", "uploads"]

  managed_groups = [
    { name = "AWSManagedRulesCommonRuleSet", overrides = { SizeRestrictions_BODY = "count" } },
    { name = "AWSManagedRulesKnownBadInputsRuleSet" },
  ]

  logging = {
    destination_arn = "arn:aws:logs:us-east-1:111122223333:log-group:aws-waf-logs-edge"
  }
}

# A distribution that is managed elsewhere takes it as its web_acl_id.
output "web_acl_arn" {
  value = zt_web_acl.main.arn
}
