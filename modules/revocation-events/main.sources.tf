resource "aws_sns_topic" "this" {
  count = var.topic ? 1 : 0

  name = var.name
  tags = var.tags
}

resource "aws_sns_topic_policy" "this" {
  count = var.topic && length(var.publishers) > 0 ? 1 : 0

  arn = aws_sns_topic.this[0].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = var.publishers }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this[0].arn
    }]
  })
}

resource "aws_sns_topic_subscription" "this" {
  count = var.topic ? 1 : 0

  topic_arn      = aws_sns_topic.this[0].arn
  protocol       = "lambda"
  endpoint       = aws_lambda_function.this.arn
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn })
}

resource "aws_cloudwatch_event_rule" "this" {
  count = var.event_pattern == null ? 0 : 1

  name           = var.name
  description    = "Events that end sessions."
  event_bus_name = var.event_bus_name
  event_pattern  = var.event_pattern
  tags           = var.tags
}

resource "aws_cloudwatch_event_target" "this" {
  count = var.event_pattern == null ? 0 : 1

  rule           = aws_cloudwatch_event_rule.this[0].name
  event_bus_name = var.event_bus_name
  arn            = aws_lambda_function.this.arn

  dead_letter_config {
    arn = aws_sqs_queue.dead.arn
  }
}
