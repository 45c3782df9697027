variable "accounts" {
  description = "Ids of the accounts: of the gateway, of the hosted zone, of the files."
  type = object({
    content = string
    dns     = string
    edge    = string
  })
  nullable = false
}

variable "bucket" {
  description = "Name of the bucket to make."
  type        = string
  nullable    = false
}

variable "client_id" {
  description = "Client id at the identity provider."
  type        = string
  nullable    = false
}

variable "host" {
  description = "Host name of the application."
  type        = string
  nullable    = false
}

variable "issuer" {
  description = "Issuer of the identity provider."
  type        = string
  nullable    = false
}

variable "zone_id" {
  description = "Hosted zone of the host, in the account for DNS."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region of the bucket and the store writer."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "role" {
  description = "Name of the role to assume in each account."
  type        = string
  default     = "terraform"
  nullable    = false
}
