output "dead_letter_queue_arn" {
  description = "ARN of the queue of events that could not be carried out."
  value       = aws_sqs_queue.dead.arn
}

output "function_arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.this.arn
}

output "topic_arn" {
  description = "ARN of the topic, null without one."
  value       = one(aws_sns_topic.this[*].arn)
}
