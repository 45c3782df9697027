terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 3.39, < 7.0"

      # The certificate's provider is in us-east-1; that of the zone may be of another account.
      configuration_aliases = [aws.certificates, aws.dns]
    }
  }
}
