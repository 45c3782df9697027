output "decisions" {
  description = "What the edge decides in each case."
  value       = { for name, decision in data.zt_access_decision.case : name => decision.decision }
}

output "surprises" {
  description = "Cases in which it decides otherwise than it should."
  value       = local.surprises
}
