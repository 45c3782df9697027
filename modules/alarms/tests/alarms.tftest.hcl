# What is watched, and what each validation refuses. Nothing reaches AWS.

mock_provider "aws" {
  alias = "us_east_1"
}

mock_provider "aws" {
  alias = "store"
}

variables {
  session_store = {
    dead_letter_queue_arn = "arn:aws:sqs:eu-west-1:111122223333:zt-main-dead.fifo"
    writer_function_arn   = "arn:aws:lambda:eu-west-1:111122223333:function:zt-main-writer"
  }
  applications = { members = { session_function_arn = "arn:aws:cloudfront::111122223333:function/zt-members" } }
}

run "everything_is_watched" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.dead_letters.dimensions == tomap({ QueueName = "zt-main-dead.fifo" }) && aws_cloudwatch_metric_alarm.dead_letters.threshold == 0
    error_message = "One message that nobody carried out is an alarm."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.writer.dimensions == tomap({ FunctionName = "zt-main-writer" })
    error_message = "The store writer is watched."
  }
  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.session_function)) == toset(["members/errors", "members/throttles", "members/utilisation"])
    error_message = "Each session function is watched in three ways."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.session_function["members/errors"].dimensions == tomap({ FunctionName = "zt-members", Region = "Global" })
    error_message = "CloudFront's figures are of the region Global."
  }
}

run "nothing_more_unless_asked" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_dashboard.this) + length(aws_cloudwatch_metric_alarm.refusals) == 0
    error_message = "No dashboard, and nothing of distributions."
  }
}

run "a_dashboard_and_refusals" {
  command = plan
  variables {
    applications = {
      members  = { session_function_arn = "arn:aws:cloudfront::111122223333:function/zt-members", distribution_id = "E1EXAMPLE" }
      attached = { session_function_arn = "arn:aws:cloudfront::111122223333:function/zt-attached" }
    }
    session_store = {
      dead_letter_queue_arn = "arn:aws:sqs:eu-west-1:111122223333:zt-main-dead.fifo"
      queue_arn             = "arn:aws:sqs:eu-west-1:111122223333:zt-main.fifo"
      writer_function_arn   = "arn:aws:lambda:eu-west-1:111122223333:function:zt-main-writer"
    }
    dashboard       = true
    refusal_percent = 40
  }

  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.refusals) == ["members"] && aws_cloudwatch_metric_alarm.refusals["members"].dimensions == tomap({ DistributionId = "E1EXAMPLE", Region = "Global" })
    error_message = "Refusals are counted where the distribution is known."
  }
  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets) == 8
    error_message = "Eight pictures."
  }
  assert {
    condition = alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets :
    widget.properties.region == (widget.properties.metrics[0][0] == "AWS/CloudFront" ? "us-east-1" : "eu-west-1")])
    error_message = "CloudFront's figures are in us-east-1, those of the store in its region."
  }
  assert {
    condition     = strcontains(aws_cloudwatch_dashboard.this[0].dashboard_body, "\"zt-main.fifo\"")
    error_message = "What waits is that of the queue."
  }
}

run "a_dashboard_without_applications" {
  command = plan
  variables {
    applications = {}
    dashboard    = true
  }

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets) == 2
    error_message = "No empty pictures: CloudWatch refuses them."
  }
}

run "more_refusals_than_requests" {
  command = plan
  variables {
    refusal_percent = 140
  }
  expect_failures = [var.refusal_percent]
}

run "no_application" {
  command = plan
  variables { applications = {} }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.session_function) == 0
    error_message = "Without applications the store alone is watched."
  }
}

run "an_attribute_in_place_of_the_store" {
  command = plan
  variables {
    session_store = { dead_letter_queue_arn = "", writer_function_arn = "" }
  }
  expect_failures = [var.session_store]
}

run "a_distribution_in_place_of_a_function" {
  command = plan
  variables {
    applications = { members = { session_function_arn = "arn:aws:cloudfront::111122223333:distribution/E1" } }
  }
  expect_failures = [var.applications]
}

run "a_topic_of_another_region" {
  command = plan
  variables {
    global_topic_arns = ["arn:aws:sns:eu-west-1:111122223333:on-call"]
  }
  expect_failures = [var.global_topic_arns]
}

run "a_name_with_spaces" {
  command = plan
  variables {
    name = "on call"
  }
  expect_failures = [var.name]
}

run "a_topic_far_from_the_store" {
  command = plan
  variables {
    store_topic_arns = ["arn:aws:sns:us-east-1:111122223333:on-call"]
  }
  expect_failures = [var.store_topic_arns]
}

run "more_than_all" {
  command = plan
  variables {
    utilisation_percent = 170
  }
  expect_failures = [var.utilisation_percent]
}
