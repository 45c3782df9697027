# What could not be carried out is kept, with the names of those who were meant.
resource "aws_sqs_queue" "dead" {
  name                      = "${var.name}-dead"
  message_retention_seconds = 1209600
  tags                      = var.tags
}

resource "aws_sqs_queue_policy" "dead" {
  count = length(local.sources) == 0 ? 0 : 1

  queue_url = aws_sqs_queue.dead.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for name in sort(keys(local.sources)) : {
      Sid       = name
      Effect    = "Allow"
      Principal = { Service = local.sources[name].service }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.dead.arn
      Condition = { ArnEquals = { "aws:SourceArn" = local.sources[name].arn } }
    }]
  })
}

resource "aws_cloudwatch_metric_alarm" "dead" {
  count = length(var.alarm_topic_arns) == 0 ? 0 : 1

  alarm_name          = "${var.name}-dead"
  alarm_description   = "An event that should have ended sessions was not carried out."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead.name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  tags                = var.tags
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  function_name    = var.name
  description      = "Ends sessions of whom an event names."
  role             = aws_iam_role.this.arn
  runtime          = "python3.13"
  handler          = "revoke.handler"
  filename         = "${path.module}/function.zip"
  source_code_hash = filebase64sha256("${path.module}/function.zip")
  memory_size      = 256
  timeout          = 60
  tags             = var.tags

  environment {
    variables = merge(
      {
        PEPPER_ARN   = var.session_store.pepper_secret_arn
        QUEUE_REGION = local.region
        QUEUE_URL    = var.session_store.queue_url
      },
      var.issuer == null ? {} : { ISSUER = var.issuer },
    )
  }

  # Lambda tries an event three times; then it lies here.
  dead_letter_config {
    target_arn = aws_sqs_queue.dead.arn
  }

  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.this]
}

resource "aws_lambda_permission" "this" {
  for_each = local.sources

  statement_id  = each.key
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = each.value.service
  source_arn    = each.value.arn
}

resource "aws_iam_role" "this" {
  name = var.name
  tags = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "revoke"
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        { Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = var.session_store.pepper_secret_arn },
        { Effect = "Allow", Action = "sqs:SendMessage", Resource = [var.session_store.queue_arn, aws_sqs_queue.dead.arn] },
        { Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}:*" },
      ],
      length(var.kms_key_arns) == 0 ? [] : [{ Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = var.kms_key_arns }],
    )
  })
}
