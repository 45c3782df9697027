output "bucket_arn" {
  description = "ARN of the bucket with the records."
  value       = aws_s3_bucket.this.arn
}

output "database" {
  description = "Name of the Glue database."
  value       = aws_glue_catalog_database.this.name
}

output "query_names" {
  description = "Names of the ready queries."
  value       = sort(concat([for query in aws_athena_named_query.decisions : query.name], [for query in aws_athena_named_query.events : query.name]))
}

output "workgroup" {
  description = "Workgroup of Athena in which the queries are run."
  value       = aws_athena_workgroup.this.name
}
