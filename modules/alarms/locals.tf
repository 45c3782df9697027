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
}
