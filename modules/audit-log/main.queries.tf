resource "aws_glue_catalog_database" "this" {
  name        = var.database
  description = "Decisions and logins of zt."
}

# Days and distributions are computed from the path: no crawler, no partition to add.
resource "aws_glue_catalog_table" "decisions" {
  count = var.decisions ? 1 : 0

  name          = "decisions"
  database_name = aws_glue_catalog_database.this.name
  table_type    = "EXTERNAL_TABLE"
  parameters = {
    "EXTERNAL"                       = "TRUE"
    "projection.enabled"             = "true"
    "projection.distribution.type"   = "enum"
    "projection.distribution.values" = join(",", sort(values(local.distributions)))
    "projection.day.type"            = "date"
    "projection.day.format"          = "yyyy/MM/dd"
    "projection.day.range"           = "NOW-${var.retention_days}DAYS,NOW"
    "storage.location.template"      = "s3://${var.bucket}/${local.delivered}/decisions/$${distribution}/$${day}"
  }

  partition_keys {
    name = "distribution"
    type = "string"
  }

  partition_keys {
    name = "day"
    type = "string"
  }

  storage_descriptor {
    location      = "s3://${var.bucket}/${local.delivered}/decisions/"
    input_format  = "org.apache.hadoop.mapred.TextInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    ser_de_info {
      serialization_library = "org.openx.data.jsonserde.JsonSerDe"
      parameters = {
        "mapping.edge_location" = "x-edge-location"
        "mapping.method"        = "cs-method"
        "mapping.host"          = "x-host-header"
        "mapping.status"        = "sc-status"
        "mapping.result"        = "x-edge-result-type"
        "mapping.request"       = "x-edge-request-id"
        "mapping.line"          = "viewer-request-log-data"
      }
    }

    dynamic "columns" {
      for_each = ["date", "time", "edge_location", "method", "host", "status", "result", "request", "line"]

      content {
        name = columns.value
        type = "string"
      }
    }
  }
}

resource "aws_glue_catalog_table" "events" {
  count = var.auth_events ? 1 : 0

  name          = "events"
  database_name = aws_glue_catalog_database.this.name
  table_type    = "EXTERNAL_TABLE"
  parameters = {
    "EXTERNAL"                  = "TRUE"
    "projection.enabled"        = "true"
    "projection.region.type"    = "enum"
    "projection.region.values"  = join(",", sort(var.log_regions))
    "projection.day.type"       = "date"
    "projection.day.format"     = "yyyy/MM/dd"
    "projection.day.range"      = "NOW-${var.retention_days}DAYS,NOW"
    "storage.location.template" = "s3://${var.bucket}/events/$${day}/$${region}"
  }

  partition_keys {
    name = "day"
    type = "string"
  }

  partition_keys {
    name = "region"
    type = "string"
  }

  storage_descriptor {
    location      = "s3://${var.bucket}/events/"
    input_format  = "org.apache.hadoop.mapred.TextInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    # Lambda writes time, request and level before the line; a line that is not of the auth function has no event.
    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.serde2.RegexSerDe"
      parameters            = { "input.regex" = "^[^{]*(\\{\"log\":\"zt-auth\".*\\})\\s*$" }
    }

    columns {
      name    = "event"
      type    = "string"
      comment = "One JSON object, as docs-dev/audit.md has it."
    }
  }
}

resource "aws_athena_workgroup" "this" {
  name          = var.name
  description   = "Queries of the audit log."
  force_destroy = var.force_destroy
  tags          = var.tags

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.scan_limit_bytes

    result_configuration {
      output_location = "s3://${var.bucket}/athena/"

      encryption_configuration {
        encryption_option = var.kms_key_arn == null ? "SSE_S3" : "SSE_KMS"
        kms_key_arn       = var.kms_key_arn
      }
    }
  }
}

resource "aws_athena_named_query" "decisions" {
  for_each = var.decisions ? local.queries_of_decisions : {}

  name        = each.key
  description = each.value.description
  database    = aws_glue_catalog_database.this.name
  workgroup   = aws_athena_workgroup.this.name
  query       = each.value.query
}

resource "aws_athena_named_query" "events" {
  for_each = var.auth_events ? local.queries_of_events : {}

  name        = each.key
  description = each.value.description
  database    = aws_glue_catalog_database.this.name
  workgroup   = aws_athena_workgroup.this.name
  query       = each.value.query
}
