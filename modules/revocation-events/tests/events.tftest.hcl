# What is made, and what is not, and what each validation refuses. Nothing reaches AWS.

mock_provider "aws" {
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-west-1:111122223333:zt-revocation-events" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-west-1:111122223333:rule/zt-revocation-events" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-west-1:111122223333:zt-revocation-events-dead" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::111122223333:role/zt-revocation-events" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-west-1:111122223333:function:zt-revocation-events" }
  }
}

variables {
  session_store = {
    pepper_secret_arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:zt/main/pepper-AbCdEf"
    queue_arn         = "arn:aws:sqs:eu-west-1:111122223333:zt-main.fifo"
    queue_url         = "https://sqs.eu-west-1.amazonaws.com/111122223333/zt-main.fifo"
  }
  publishers       = ["arn:aws:iam::111122223333:role/offboarding"]
  event_pattern    = "{\"source\":[\"com.example.identity\"]}"
  alarm_topic_arns = ["arn:aws:sns:eu-west-1:111122223333:on-call"]
}

run "a_topic_and_a_rule" {
  assert {
    condition     = toset(keys(aws_lambda_permission.this)) == toset(["topic", "rule"]) && aws_lambda_permission.this["topic"].source_arn == "arn:aws:sns:eu-west-1:111122223333:zt-revocation-events"
    error_message = "This topic and this rule may call the function."
  }
  assert {
    condition     = alltrue([for statement in jsondecode(aws_sqs_queue_policy.dead[0].policy).Statement : statement.Action == "sqs:SendMessage" && length(statement.Condition.ArnEquals) == 1])
    error_message = "What does not reach the function is kept, and nobody else writes there."
  }
  assert {
    condition     = jsondecode(aws_sns_topic_subscription.this[0].redrive_policy).deadLetterTargetArn == aws_sqs_queue.dead.arn && aws_cloudwatch_event_target.this[0].dead_letter_config[0].arn == aws_sqs_queue.dead.arn && aws_lambda_function.this.dead_letter_config[0].target_arn == aws_sqs_queue.dead.arn
    error_message = "Nothing is lost: neither on the way nor in the function."
  }
  assert {
    condition     = jsondecode(aws_sns_topic_policy.this[0].policy).Statement[0].Principal.AWS == ["arn:aws:iam::111122223333:role/offboarding"]
    error_message = "Only the publishers publish."
  }
  assert {
    condition = toset(flatten([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Action])) == toset([
      "secretsmanager:GetSecretValue", "sqs:SendMessage", "logs:CreateLogStream", "logs:PutLogEvents",
    ])
    error_message = "The function reads the pepper and writes queues; the store itself is closed to it."
  }
  assert {
    condition     = aws_lambda_function.this.environment[0].variables == tomap({ PEPPER_ARN = var.session_store.pepper_secret_arn, QUEUE_REGION = "eu-west-1", QUEUE_URL = var.session_store.queue_url })
    error_message = "The function knows where to write, and no issuer."
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.dead) == 1
    error_message = "Somebody is told."
  }
}

run "nothing_but_a_function" {
  variables {
    topic            = false
    event_pattern    = null
    alarm_topic_arns = []
  }

  assert {
    condition = sum([
      length(aws_sns_topic.this), length(aws_sns_topic_policy.this), length(aws_sns_topic_subscription.this), length(aws_cloudwatch_event_rule.this),
      length(aws_cloudwatch_event_target.this), length(aws_lambda_permission.this), length(aws_sqs_queue_policy.dead), length(aws_cloudwatch_metric_alarm.dead),
    ]) == 0
    error_message = "What is off is not made."
  }
}

run "nobody_publishes_by_policy" {
  variables {
    publishers   = []
    issuer       = "https://login.example.com"
    kms_key_arns = ["arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"]
  }

  assert {
    condition     = length(aws_sns_topic_policy.this) == 0
    error_message = "Without publishers the topic keeps the policy that SNS gives it: the account's own."
  }
  assert {
    condition     = aws_lambda_function.this.environment[0].variables["ISSUER"] == "https://login.example.com" && strcontains(aws_iam_role_policy.this.policy, "kms:Decrypt")
    error_message = "Issuer and keys are handed on."
  }
}

run "an_attribute_in_place_of_the_store" {
  command = plan
  variables {
    session_store    = { pepper_secret_arn = "", queue_arn = "", queue_url = "" }
    alarm_topic_arns = []
  }
  expect_failures = [var.session_store]
}

run "a_topic_far_from_the_store" {
  command = plan
  variables { alarm_topic_arns = ["arn:aws:sns:us-east-1:111122223333:on-call"] }
  expect_failures = [var.alarm_topic_arns]
}

run "a_bus_by_arn" {
  command = plan
  variables { event_bus_name = "arn:aws:events:eu-west-1:111122223333:event-bus/default" }
  expect_failures = [var.event_bus_name]
}

run "a_pattern_for_everything" {
  command = plan
  variables { event_pattern = "{\"detail-type\":[\"x\"]}" }
  expect_failures = [var.event_pattern]
}

run "an_issuer_without_scheme" {
  command = plan
  variables { issuer = "login.example.com" }
  expect_failures = [var.issuer]
}

run "an_alias_in_place_of_a_key" {
  command = plan
  variables { kms_key_arns = ["arn:aws:kms:eu-west-1:111122223333:alias/x"] }
  expect_failures = [var.kms_key_arns]
}

run "days_that_cloudwatch_does_not_take" {
  command = plan
  variables { log_retention_days = 42 }
  expect_failures = [var.log_retention_days]
}

run "a_name_with_spaces" {
  command = plan
  variables { name = "revocation events" }
  expect_failures = [var.name]
}

run "anybody_publishes" {
  command = plan
  variables { publishers = ["*"] }
  expect_failures = [var.publishers]
}
