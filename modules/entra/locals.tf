locals {
  # With one origin there is nothing to choose.
  default_origin = coalesce(var.default_origin, one(slice(sort(keys(var.origins)), 0, min(1, length(var.origins)))))

  issuer  = provider::zt::entra_issuer(var.tenant_id, var.cloud)
  tenants = length(var.tenants) > 0 ? sort(var.tenants) : null

  # A refresh token is given only to those who ask for offline_access.
  refresh = try(var.session.refresh, null) == true
  scopes  = concat(["openid", "profile", "email"], local.refresh ? ["offline_access"] : [])

  audiences = {
    public        = "api://AzureADTokenExchange"
    us_government = "api://AzureADTokenExchangeUSGov"
    china         = "api://AzureADTokenExchangeChina"
    external_id   = "api://AzureADTokenExchange"
  }
  federation = var.client_authentication == "federated" ? { audience = local.audiences[var.cloud] } : null

  graph = {
    public        = "https://graph.microsoft.com"
    us_government = "https://graph.microsoft.us"
    china         = "https://microsoftgraph.chinacloudapi.cn"
    external_id   = "https://graph.microsoft.com"
  }
  group_overage_endpoint = var.group_overage ? "${local.graph[var.cloud]}/v1.0/me/getMemberObjects" : null

  # Names of the policies that look at e-mail addresses.
  selectors_of_email = sort([
    for name, policy in var.policies : name if anytrue([
      for selector in concat(coalesce(policy.require, []), coalesce(policy.any, []), coalesce(policy.none, [])) :
      selector.emails != null || selector.email_domains != null
    ])
  ])
}
