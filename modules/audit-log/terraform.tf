terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    # From 6.0 on a resource can name its region: the auth function writes in whichever answers a viewer.
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0, < 7.0"
    }
  }
}
