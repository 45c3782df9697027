locals {
  partition = element(split(":", var.session_store.queue_arn), 1)
  region    = element(split(":", var.session_store.queue_arn), 3)
  account   = element(split(":", var.session_store.queue_arn), 4)

  sources = merge(
    { for topic in aws_sns_topic.this : "topic" => { service = "sns.amazonaws.com", arn = topic.arn } },
    { for rule in aws_cloudwatch_event_rule.this : "rule" => { service = "events.amazonaws.com", arn = rule.arn } },
  )
}
