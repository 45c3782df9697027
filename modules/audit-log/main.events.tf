# A stream in each region carries what the auth functions write there into the one bucket. Firehose unpacks what CloudWatch Logs sends.
resource "aws_kinesis_firehose_delivery_stream" "events" {
  for_each = local.streams

  region      = each.key
  name        = var.name
  destination = "extended_s3"
  tags        = var.tags

  extended_s3_configuration {
    role_arn            = aws_iam_role.stream[0].arn
    bucket_arn          = aws_s3_bucket.this.arn
    prefix              = "events/!{timestamp:yyyy/MM/dd}/${each.key}/"
    error_output_prefix = "undelivered/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/${each.key}/"
    compression_format  = "GZIP"
    buffering_interval  = 300
    buffering_size      = 64

    processing_configuration {
      enabled = true

      processors {
        type = "Decompression"

        parameters {
          parameter_name  = "CompressionFormat"
          parameter_value = "GZIP"
        }
      }

      processors {
        type = "CloudWatchLogProcessing"

        parameters {
          parameter_name  = "DataMessageExtraction"
          parameter_value = "true"
        }
      }
    }
  }

  depends_on = [aws_iam_role_policy.stream]
}

resource "aws_cloudwatch_log_subscription_filter" "events" {
  for_each = local.sources

  region          = each.value.region
  name            = var.name
  log_group_name  = local.log_groups[each.value.application]
  filter_pattern  = "\"zt-auth\""
  destination_arn = aws_kinesis_firehose_delivery_stream.events[each.value.region].arn
  role_arn        = aws_iam_role.subscription[0].arn

  depends_on = [aws_iam_role_policy.subscription]
}

resource "aws_iam_role" "stream" {
  count = var.auth_events ? 1 : 0

  name = "${var.name}-stream"
  tags = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "firehose.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "stream" {
  count = var.auth_events ? 1 : 0

  name = "records"
  role = aws_iam_role.stream[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Effect   = "Allow"
          Action   = ["s3:AbortMultipartUpload", "s3:PutObject"]
          Resource = ["arn:${local.partition}:s3:::${var.bucket}/events/*", "arn:${local.partition}:s3:::${var.bucket}/undelivered/*"]
        },
        {
          Effect   = "Allow"
          Action   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
          Resource = "arn:${local.partition}:s3:::${var.bucket}"
        },
      ],
      var.kms_key_arn == null ? [] : [{ Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = var.kms_key_arn }],
    )
  })
}

resource "aws_iam_role" "subscription" {
  count = var.auth_events ? 1 : 0

  name = "${var.name}-subscription"
  tags = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringLike = { "aws:SourceArn" = "arn:${local.partition}:logs:*:${local.account}:*" } }
    }]
  })
}

resource "aws_iam_role_policy" "subscription" {
  count = var.auth_events ? 1 : 0

  name = "stream"
  role = aws_iam_role.subscription[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
      Resource = "arn:${local.partition}:firehose:*:${local.account}:deliverystream/${var.name}"
    }]
  })
}
