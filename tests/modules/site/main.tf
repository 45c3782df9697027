# A public site of the module static-site behind an application, for the local cloud.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
    zt  = { source = "zt-edge/zt" }
  }
}

provider "zt" {}

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_get_ec2_platforms      = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
  s3_force_path_style         = true

  endpoints {
    s3 = var.aws_endpoint
  }
}

resource "zt_session_store" "main" {
  name = "site"
}

module "files" {
  source = "../../modules/static-site"

  bucket                 = "example-site-files"
  region                 = "us-east-1"
  application_statements = { site = module.app.origin_bucket_policies["site"] }
}

module "app" {
  source = "../../modules/oidc"

  name            = "site"
  session_store   = zt_session_store.main.session_store
  aliases         = var.aliases
  certificate_arn = var.certificate_arn
  viewer_port     = var.viewer_port
  issuer          = var.issuer
  client_id       = var.client_id
  routes          = [{ path = "/*", access = "public" }]
  origins         = { site = module.files.origin }
}

variable "aliases" { type = set(string) }
variable "aws_endpoint" { type = string }
variable "certificate_arn" { type = string }
variable "client_id" { type = string }
variable "issuer" { type = string }
variable "viewer_port" { type = number }

# What the module revocation-events reads of a store.
output "store" {
  value = {
    pepper_secret_arn = zt_session_store.main.pepper_secret_arn
    queue_arn         = zt_session_store.main.queue_arn
    queue_url         = zt_session_store.main.queue_url
  }
}
