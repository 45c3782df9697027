locals {
  dead_letter_queue = element(split(":", var.session_store.dead_letter_queue_arn), 5)
  writer            = element(split(":", var.session_store.writer_function_arn), 6)

  session_functions = { for name, application in var.applications : name => element(split("/", application.session_function_arn), 1) }

  session_metrics = {
    errors = {
      metric      = "FunctionExecutionErrors"
      description = "The session function fails; its requests are refused."
      statistic   = "Sum"
      threshold   = 0
      periods     = 1
    }
    throttles = {
      metric      = "FunctionThrottles"
      description = "The session function is throttled; its requests are refused."
      statistic   = "Sum"
      threshold   = 0
      periods     = 1
    }
    utilisation = {
      metric      = "FunctionComputeUtilization"
      description = "The session function uses much of its time; above it CloudFront throttles."
      statistic   = "Average"
      threshold   = var.utilisation_percent
      periods     = 3
    }
  }

  session_alarms = merge([
    for application in keys(var.applications) : {
      for what in keys(local.session_metrics) : "${application}/${what}" => { application = application, what = what }
    }
  ]...)

  store_region  = element(split(":", var.session_store.dead_letter_queue_arn), 3)
  distributions = { for name, application in var.applications : name => application.distribution_id if application.distribution_id != null }

  session_series = {
    "Decisions"                  = { metric = "FunctionInvocations", stat = "Sum" }
    "Failures, 503 for visitors" = { metric = "FunctionExecutionErrors", stat = "Sum" }
    "Throttles"                  = { metric = "FunctionThrottles", stat = "Sum" }
    "Time used, percent"         = { metric = "FunctionComputeUtilization", stat = "Average" }
  }

  widgets = concat(
    [for title, series in local.session_series : {
      title   = title, region = "us-east-1", stat = series.stat
      metrics = [for name in sort(keys(var.applications)) : ["AWS/CloudFront", series.metric, "FunctionName", local.session_functions[name], "Region", "Global", { label = name, region = "us-east-1" }]]
    }],
    [{
      title   = "Answered with 4xx, percent", region = "us-east-1", stat = "Average"
      metrics = [for name in sort(keys(local.distributions)) : ["AWS/CloudFront", "4xxErrorRate", "DistributionId", local.distributions[name], "Region", "Global", { label = name, region = "us-east-1" }]]
    }],
    [{
      title = "Store writer", region = local.store_region, stat = "Sum"
      metrics = [
        ["AWS/Lambda", "Invocations", "FunctionName", local.writer],
        ["AWS/Lambda", "Errors", "FunctionName", local.writer],
      ]
    }],
    [{
      title   = "Oldest revocation that waits, seconds", region = local.store_region, stat = "Maximum"
      metrics = [for arn in [var.session_store.queue_arn] : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", element(split(":", arn), 5)] if arn != null]
    }],
    [{
      title = "Revocations nobody carried out", region = local.store_region, stat = "Maximum"
      metrics = [
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", local.dead_letter_queue],
      ]
    }],
  )
}
