resource "zt_session_store" "main" {
  name                 = "main"
  max_session_lifetime = "12h"

  writer = {
    log_retention_days = 90
    prune_schedule     = "rate(12 hours)"
  }

  tags = {
    team = "platform"
  }
}

# Messages that nobody could carry out: somebody should look.
output "dead_letter_queue_arn" {
  value = zt_session_store.main.dead_letter_queue_arn
}
