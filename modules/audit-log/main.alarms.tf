resource "aws_cloudwatch_log_metric_filter" "watched" {
  for_each = local.filters

  region         = each.value.region
  name           = "${var.name}-${each.value.what}"
  log_group_name = local.log_groups[each.value.application]
  pattern        = local.watched[each.value.what].pattern

  metric_transformation {
    namespace = var.name
    name      = each.value.what
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "watched" {
  for_each = local.alarms

  region              = each.value.region
  alarm_name          = "${var.name}-${each.value.what}"
  alarm_description   = local.watched[each.value.what].description
  namespace           = var.name
  metric_name         = each.value.what
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = local.watched[each.value.what].threshold
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns[each.value.region]
  tags                = var.tags
}

# Records that wait for longer than the buffer of five minutes are records that may be lost.
resource "aws_cloudwatch_metric_alarm" "late" {
  for_each = toset(local.alarmed)

  region              = each.key
  alarm_name          = "${var.name}-late"
  alarm_description   = "Auth events do not reach the bucket."
  namespace           = "AWS/Firehose"
  metric_name         = "DeliveryToS3.DataFreshness"
  dimensions          = { DeliveryStreamName = var.name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1800
  period              = 300
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns[each.key]
  tags                = var.tags
}
