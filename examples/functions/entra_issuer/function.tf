# One tenant of Microsoft's public cloud.
output "issuer" {
  value = provider::zt::entra_issuer("11111111-2222-3333-4444-555555555555", "public")
}

# A tenant of Entra External ID, for customers.
output "customers" {
  value = provider::zt::entra_issuer("11111111-2222-3333-4444-555555555555", "external_id")
}
