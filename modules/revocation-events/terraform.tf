terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    # In the region of the session store's queue. Older ones do not know the function's runtime.
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0, < 7.0"
    }
  }
}
