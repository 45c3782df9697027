# A message that nobody could carry out is a session that somebody wanted ended.
resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  provider = aws.store

  alarm_name          = "${var.name}-dead-letters"
  alarm_description   = "Revocations that could not be carried out wait in the dead-letter queue."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = local.dead_letter_queue }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.store_topic_arns
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "writer" {
  provider = aws.store

  alarm_name          = "${var.name}-store-writer"
  alarm_description   = "The store writer fails: logouts and signals of identity providers wait."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = local.writer }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.store_topic_arns
  tags                = var.tags
}

# Whoever is refused by a function that fails sees 503; nobody is let in.
resource "aws_cloudwatch_metric_alarm" "session_function" {
  provider = aws.us_east_1
  for_each = local.session_alarms

  alarm_name          = "${var.name}-${each.value.application}-${each.value.what}"
  alarm_description   = local.session_metrics[each.value.what].description
  namespace           = "AWS/CloudFront"
  metric_name         = local.session_metrics[each.value.what].metric
  dimensions          = { FunctionName = local.session_functions[each.value.application], Region = "Global" }
  statistic           = local.session_metrics[each.value.what].statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = local.session_metrics[each.value.what].threshold
  period              = 300
  evaluation_periods  = local.session_metrics[each.value.what].periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.global_topic_arns
  tags                = var.tags
}

# Who is refused is answered 401 or 403: a change of policy that shuts out half the company shows here first.
resource "aws_cloudwatch_metric_alarm" "refusals" {
  provider = aws.us_east_1
  for_each = var.refusal_percent == null ? {} : local.distributions

  alarm_name          = "${var.name}-${each.key}-refusals"
  alarm_description   = "An unusual share of requests is refused."
  namespace           = "AWS/CloudFront"
  metric_name         = "4xxErrorRate"
  dimensions          = { DistributionId = each.value, Region = "Global" }
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.refusal_percent
  period              = 300
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.global_topic_arns
  tags                = var.tags
}

resource "aws_cloudwatch_dashboard" "this" {
  provider = aws.store
  count    = var.dashboard ? 1 : 0

  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for index, widget in local.widgets : {
      type       = "metric"
      x          = (index % 2) * 12
      y          = floor(index / 2) * 6
      width      = 12
      height     = 6
      properties = merge(widget, { view = "timeSeries", period = 300 })
    } if length(widget.metrics) > 0]
  })
}
