locals {
  account   = element(split(":", values(var.applications)[0].distribution_arn), 4)
  partition = element(split(":", values(var.applications)[0].distribution_arn), 1)

  distributions = { for name, application in var.applications : name => element(split("/", application.distribution_arn), 1) }
  log_groups    = { for name, application in var.applications : name => "/aws/lambda/us-east-1.${element(split(":", application.auth_function_arn), 6)}" }

  # CloudFront's deliveries put this before the path of ours.
  delivered = "AWSLogs/${local.account}/CloudFront"

  streams = var.auth_events ? var.log_regions : toset([])

  sources = {
    for pair in setproduct(keys(var.applications), local.streams) : "${pair[0]}/${pair[1]}" => { application = pair[0], region = pair[1] }
  }

  # Lambda writes its own words before the line, so that it is no JSON to a filter. A filter may be a regular expression, in which no quote may
  # stand: the dots are the quotes and the colon between a member and its value.
  watched = {
    errors = {
      pattern     = "%decision...error.%"
      description = "Logins fail through our fault or that of what we depend on."
      threshold   = var.error_threshold
    }
    reused = {
      pattern     = "%detail...reused.%"
      description = "A refresh token that had been rotated away came again; it may be a thief's copy."
      threshold   = 0
    }
    subject = {
      pattern     = "%code...subject.%"
      description = "The identity provider ended sessions of somebody nobody knows: they may live on."
      threshold   = 0
    }
  }

  alarmed = var.auth_events ? keys(var.alarm_topic_arns) : []

  # One metric of a region counts the lines of all applications.
  filters = {
    for each in setproduct(keys(var.applications), local.alarmed, keys(local.watched)) :
    "${each[0]}/${each[1]}/${each[2]}" => { application = each[0], region = each[1], what = each[2] }
  }

  alarms = {
    for each in setproduct(local.alarmed, keys(local.watched)) : "${each[0]}/${each[1]}" => { region = each[0], what = each[1] }
  }
}
