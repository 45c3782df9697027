terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 3.39, < 7.0"
    }
    zt = {
      source  = "zt-edge/zt"
      version = ">= 0.1, < 1.0"
    }
  }
}
