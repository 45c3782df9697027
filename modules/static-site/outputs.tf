output "arn" {
  description = "ARN of the bucket."
  value       = local.arn
}

output "bucket" {
  description = "Name of the bucket, once it exists."
  value       = aws_s3_bucket.this.id
}

output "origin" {
  description = "The bucket as an origin of an application: `origins = { site = module.<this>.origin }`."
  value       = { s3 = { bucket = aws_s3_bucket.this.id, region = var.region } }
}
