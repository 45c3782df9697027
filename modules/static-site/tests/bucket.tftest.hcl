# What is made, and what each validation refuses. Nothing reaches AWS.

mock_provider "aws" {}

variables {
  bucket = "example-members-site"
  region = "eu-west-1"
}

run "private_and_tls_only" {
  assert {
    condition     = aws_s3_bucket_public_access_block.this.block_public_policy && aws_s3_bucket_public_access_block.this.restrict_public_buckets && aws_s3_bucket_public_access_block.this.block_public_acls && aws_s3_bucket_public_access_block.this.ignore_public_acls
    error_message = "Nothing of it is public."
  }
  assert {
    condition     = length(jsondecode(aws_s3_bucket_policy.this.policy).Statement) == 1 && jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Effect == "Deny"
    error_message = "Without an application nobody is let in."
  }
  assert {
    condition     = output.origin.s3.region == "eu-west-1" && !aws_s3_bucket.this.force_destroy
    error_message = "The origin names the region, and files are not lost with the bucket."
  }
}

run "an_application_reads" {
  variables {
    application_statements = {
      members = "{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"cloudfront.amazonaws.com\"},\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::example-members-site/*\",\"Condition\":{\"StringEquals\":{\"AWS:SourceArn\":\"arn:aws:cloudfront::111122223333:distribution/E1\"}}}"
    }
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement[1].Condition.StringEquals["AWS:SourceArn"] == "arn:aws:cloudfront::111122223333:distribution/E1"
    error_message = "The statement of the application stands in the policy as it was given."
  }
}

run "a_name_with_dots" {
  command = plan
  variables { bucket = "members.example.com" }
  expect_failures = [var.bucket]
}

run "a_region_by_its_place" {
  command = plan
  variables { region = "Ireland" }
  expect_failures = [var.region]
}

run "a_statement_that_is_none" {
  command = plan
  variables { application_statements = { members = "arn:aws:cloudfront::111122223333:distribution/E1" } }
  expect_failures = [var.application_statements]
}

run "a_partition_of_no_kind" {
  command = plan
  variables { partition = "azure" }
  expect_failures = [var.partition]
}
