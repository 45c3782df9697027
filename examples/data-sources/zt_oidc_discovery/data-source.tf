data "zt_oidc_discovery" "company" {
  issuer             = "https://login.example.com"
  signing_algorithms = ["RS256", "ES256"]
}

output "redirects_to" {
  value = data.zt_oidc_discovery.company.authorization_endpoint
}
