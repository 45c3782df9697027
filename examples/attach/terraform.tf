terraform {
  required_version = ">= 1.8, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.12"
    }
    zt = {
      source  = "zt-edge/zt"
      version = ">= 0.1, < 1.0"
    }
  }
}
