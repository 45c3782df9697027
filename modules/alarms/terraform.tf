terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 3.39, < 7.0"

      # CloudFront's figures are in us-east-1, those of the store writer in the region of the store.
      configuration_aliases = [aws.us_east_1, aws.store]
    }
  }
}
