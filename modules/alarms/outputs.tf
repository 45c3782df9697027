output "alarm_names" {
  description = "Names of all alarms."
  value = sort(concat(
    [aws_cloudwatch_metric_alarm.dead_letters.alarm_name, aws_cloudwatch_metric_alarm.writer.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.session_function : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.refusals : alarm.alarm_name],
  ))
}

output "dashboard_name" {
  description = "Name of the dashboard, null without one."
  value       = one(aws_cloudwatch_dashboard.this[*].dashboard_name)
}
