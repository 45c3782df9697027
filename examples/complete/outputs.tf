output "alias_targets" {
  description = "What the alias records of each application point at."
  value = {
    customers = { name = module.customers.domain_name, zone_id = module.customers.hosted_zone_id }
    workforce = { name = module.workforce.domain_name, zone_id = module.workforce.hosted_zone_id }
  }
}

output "dead_letter_queue_arn" {
  description = "Queue of revocations that could not be carried out: set an alarm on its length."
  value       = zt_session_store.main.dead_letter_queue_arn
}

output "federated_credential" {
  description = "What to add to the app registration of Entra ID."
  value       = module.workforce.federated_credential
}

output "redirect_uris" {
  description = "Redirect URIs to register in Entra ID."
  value       = module.workforce.redirect_uris
}

output "service_control_policy" {
  description = "Keeps everybody but your roles from reading the store and its secrets."
  value       = data.zt_store_deny_statement.main.json
}
