# What is kept and watched, what is not, and what each validation refuses. Nothing reaches AWS.

mock_provider "aws" {
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::example-audit" }
  }
}

variables {
  bucket = "example-audit"
  applications = {
    members = {
      auth_function_arn = "arn:aws:lambda:us-east-1:111122223333:function:zt-main-members-auth:3"
      distribution_arn  = "arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE"
    }
    partners = {
      auth_function_arn = "arn:aws:lambda:us-east-1:111122223333:function:zt-main-partners-auth:1"
      distribution_arn  = "arn:aws:cloudfront::111122223333:distribution/E2EXAMPLE"
    }
  }
  log_regions      = ["eu-west-1", "us-east-1"]
  alarm_topic_arns = { eu-west-1 = ["arn:aws:sns:eu-west-1:111122223333:on-call"] }
}

run "decisions_and_events_are_kept" {
  assert {
    condition     = toset(keys(aws_cloudwatch_log_delivery.decisions)) == toset(["members", "partners"]) && alltrue([for delivery in aws_cloudwatch_log_delivery.decisions : delivery.region == "us-east-1"])
    error_message = "A delivery for each distribution, in us-east-1."
  }
  assert {
    condition     = length(setintersection(["cs-uri-stem", "cs-uri-query", "c-ip", "cs(Referer)", "cs(User-Agent)", "cs(Cookie)"], aws_cloudwatch_log_delivery.decisions["members"].record_fields)) == 0
    error_message = "Neither path nor query, nor who asked from where."
  }
  assert {
    condition     = contains(aws_cloudwatch_log_delivery.decisions["members"].record_fields, "viewer-request-log-data")
    error_message = "The line of the session function is what this is for."
  }
  assert {
    condition     = aws_cloudwatch_log_delivery.decisions["members"].s3_delivery_configuration[0].suffix_path == "decisions/{DistributionId}/{yyyy}/{MM}/{dd}" && aws_glue_catalog_table.decisions[0].parameters["storage.location.template"] == "s3://example-audit/AWSLogs/111122223333/CloudFront/decisions/$${distribution}/$${day}"
    error_message = "The table looks where the delivery writes."
  }
  assert {
    condition     = toset(keys(aws_kinesis_firehose_delivery_stream.events)) == toset(["eu-west-1", "us-east-1"]) && length(aws_cloudwatch_log_subscription_filter.events) == 4
    error_message = "A stream for each region, a subscription for each application in it."
  }
  assert {
    condition     = aws_cloudwatch_log_subscription_filter.events["members/eu-west-1"].log_group_name == "/aws/lambda/us-east-1.zt-main-members-auth" && aws_cloudwatch_log_subscription_filter.events["members/eu-west-1"].region == "eu-west-1"
    error_message = "The group has the name that Lambda@Edge gives it, without a version."
  }
  assert {
    condition     = startswith(aws_kinesis_firehose_delivery_stream.events["eu-west-1"].extended_s3_configuration[0].prefix, "events/!{timestamp:yyyy/MM/dd}/eu-west-1/") && aws_glue_catalog_table.events[0].parameters["storage.location.template"] == "s3://example-audit/events/$${day}/$${region}"
    error_message = "The table looks where the stream writes."
  }
  # A line as Lambda writes one, and the regular expression that the table reads it by.
  assert {
    condition     = regex(aws_glue_catalog_table.events[0].storage_descriptor[0].ser_de_info[0].parameters["input.regex"], "2026-11-23T10:00:00.000Z\t8f5a\tINFO\t{\"log\":\"zt-auth\",\"v\":1,\"revoked\":[]}\n")[0] == "{\"log\":\"zt-auth\",\"v\":1,\"revoked\":[]}"
    error_message = "The table reads the line of the auth function out of Lambda's."
  }
  assert {
    condition     = !can(regex(aws_glue_catalog_table.events[0].storage_descriptor[0].ser_de_info[0].parameters["input.regex"], "REPORT RequestId: 8f5a Duration: 3 ms"))
    error_message = "Lambda's own lines are no events."
  }
  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this.rule[0].expiration[0].days == 365
    error_message = "A year, unless somebody says otherwise."
  }
  assert {
    condition     = length([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement if statement.Effect == "Allow"]) == 1 && jsondecode(aws_s3_bucket_policy.this.policy).Statement[1].Condition.StringEquals["aws:SourceAccount"] == "111122223333"
    error_message = "Only the log deliveries of this account may write by the bucket's policy."
  }
  assert {
    condition     = aws_athena_workgroup.this.configuration[0].enforce_workgroup_configuration && length(aws_athena_named_query.decisions) == 3 && length(aws_athena_named_query.events) == 3
    error_message = "Queries are ready, and bounded."
  }
  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.watched)) == toset(["eu-west-1/errors", "eu-west-1/reused", "eu-west-1/subject"]) && length(aws_cloudwatch_log_metric_filter.watched) == 6 && length(aws_cloudwatch_metric_alarm.late) == 1
    error_message = "Alarms where there is somebody to tell."
  }
  assert {
    condition = alltrue([
      for what, line in {
        errors  = "\"endpoint\":\"callback\",\"decision\":\"error\",\"code\":\"provider_unavailable\""
        reused  = "\"code\":\"refresh_refused\",\"detail\":\"reused\""
        subject = "\"code\":\"subject\",\"detail\":\"\""
      } : can(regex(trim(aws_cloudwatch_log_metric_filter.watched["members/eu-west-1/${what}"].pattern, "%"), line))
    ])
    error_message = "Each filter finds its line."
  }
  assert {
    condition     = !anytrue([for filter in aws_cloudwatch_log_metric_filter.watched : can(regex(trim(filter.pattern, "%"), "\"decision\":\"deny\",\"code\":\"provider_error\",\"detail\":\"\""))])
    error_message = "A login that the provider refused wakes nobody."
  }
}

run "a_key_of_yours" {
  variables { kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555" }

  assert {
    condition     = tolist(aws_s3_bucket_server_side_encryption_configuration.this.rule)[0].apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms" && strcontains(aws_iam_role_policy.stream[0].policy, "kms:GenerateDataKey")
    error_message = "The records are encrypted with the key, and the streams may use it."
  }
}

run "without_decisions" {
  variables { decisions = false }

  assert {
    condition     = length(aws_cloudwatch_log_delivery_source.decisions) + length(aws_cloudwatch_log_delivery_destination.decisions) + length(aws_cloudwatch_log_delivery.decisions) + length(aws_glue_catalog_table.decisions) + length(aws_athena_named_query.decisions) == 0
    error_message = "Nothing of decisions is made."
  }
  assert {
    condition     = !strcontains(aws_s3_bucket_policy.this.policy, "delivery.logs.amazonaws.com")
    error_message = "And nobody may write them."
  }
}

run "without_events" {
  variables { auth_events = false }

  assert {
    condition = sum([
      length(aws_kinesis_firehose_delivery_stream.events), length(aws_cloudwatch_log_subscription_filter.events), length(aws_iam_role.stream),
      length(aws_iam_role_policy.stream), length(aws_iam_role.subscription), length(aws_iam_role_policy.subscription), length(aws_glue_catalog_table.events),
      length(aws_athena_named_query.events), length(aws_cloudwatch_log_metric_filter.watched), length(aws_cloudwatch_metric_alarm.watched),
      length(aws_cloudwatch_metric_alarm.late),
    ]) == 0
    error_message = "Nothing of events is made."
  }
}

run "without_alarms" {
  variables { alarm_topic_arns = {} }

  assert {
    condition     = length(aws_cloudwatch_log_metric_filter.watched) + length(aws_cloudwatch_metric_alarm.watched) + length(aws_cloudwatch_metric_alarm.late) == 0
    error_message = "Nobody to tell, no alarm."
  }
}

run "no_application" {
  command = plan
  variables { applications = {} }
  expect_failures = [var.applications]
}

run "a_function_in_place_of_a_distribution" {
  command = plan
  variables {
    applications = { members = { auth_function_arn = "arn:aws:lambda:us-east-1:111122223333:function:a:3", distribution_arn = "arn:aws:cloudfront::111122223333:function/zt" } }
  }
  expect_failures = [var.applications]
}

run "a_session_function_in_place_of_the_auth_function" {
  command = plan
  variables {
    applications = { members = { auth_function_arn = "arn:aws:cloudfront::111122223333:function/zt", distribution_arn = "arn:aws:cloudfront::111122223333:distribution/E1" } }
  }
  expect_failures = [var.applications]
}

run "a_bucket_in_capitals" {
  command = plan
  variables { bucket = "Audit" }
  expect_failures = [var.bucket]
}

run "a_topic_of_another_region" {
  command = plan
  variables { alarm_topic_arns = { us-east-1 = ["arn:aws:sns:eu-west-1:111122223333:on-call"] } }
  expect_failures = [var.alarm_topic_arns]
}

run "an_alarm_where_nobody_writes" {
  command = plan
  variables { alarm_topic_arns = { eu-north-1 = ["arn:aws:sns:eu-north-1:111122223333:on-call"] } }
  expect_failures = [var.alarm_topic_arns]
}

run "a_database_with_hyphens" {
  command = plan
  variables { database = "zt-audit" }
  expect_failures = [var.database]
}

run "fewer_than_no_errors" {
  command = plan
  variables { error_threshold = -1 }
  expect_failures = [var.error_threshold]
}

run "an_alias_in_place_of_a_key" {
  command = plan
  variables { kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:alias/audit" }
  expect_failures = [var.kms_key_arn]
}

run "no_region" {
  command = plan
  variables {
    log_regions      = []
    alarm_topic_arns = {}
  }
  expect_failures = [var.log_regions]
}

run "a_name_with_spaces" {
  command = plan
  variables { name = "audit log" }
  expect_failures = [var.name]
}

run "half_a_day" {
  command = plan
  variables { retention_days = 0.5 }
  expect_failures = [var.retention_days]
}

run "a_limit_below_athenas" {
  command = plan
  variables { scan_limit_bytes = 1000 }
  expect_failures = [var.scan_limit_bytes]
}
