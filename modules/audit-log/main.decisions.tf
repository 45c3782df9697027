# CloudFront's log deliveries are made in us-east-1, wherever the bucket is.
resource "aws_cloudwatch_log_delivery_source" "decisions" {
  for_each = var.decisions ? var.applications : {}

  region       = "us-east-1"
  name         = "${var.name}-${each.key}"
  log_type     = "ACCESS_LOGS"
  resource_arn = each.value.distribution_arn
  tags         = var.tags
}

resource "aws_cloudwatch_log_delivery_destination" "decisions" {
  count = var.decisions ? 1 : 0

  region        = "us-east-1"
  name          = var.name
  output_format = "json"
  tags          = var.tags

  delivery_destination_configuration {
    destination_resource_arn = aws_s3_bucket.this.arn
  }

  depends_on = [aws_s3_bucket_policy.this]
}

# No path, query, address, referrer, user agent or cookie: what decided, of which session, and what was answered.
resource "aws_cloudwatch_log_delivery" "decisions" {
  for_each = aws_cloudwatch_log_delivery_source.decisions

  region                   = "us-east-1"
  delivery_source_name     = each.value.name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.decisions[0].arn
  record_fields = [
    "date", "time", "x-edge-location", "cs-method", "x-host-header", "sc-status", "x-edge-result-type", "x-edge-request-id",
    "viewer-request-log-data",
  ]
  tags = var.tags

  s3_delivery_configuration = [{
    enable_hive_compatible_path = false
    suffix_path                 = "decisions/{DistributionId}/{yyyy}/{MM}/{dd}"
  }]
}
