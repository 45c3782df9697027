terraform {
  required_providers {
    zt = {
      source  = "zt-edge/zt"
      version = ">= 0.1, < 1.0"
    }
  }
}

# Credentials and region come from the standard AWS environment; CloudFront's own services are always us-east-1.
provider "zt" {}
