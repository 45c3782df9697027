terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    zt = {
      source  = "zt-edge/zt"
      version = ">= 0.1, < 1.0"
    }
  }
}
