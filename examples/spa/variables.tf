variable "bucket" {
  description = "Name of an existing private bucket with the built application."
  type        = string
  nullable    = false
}

variable "client_id" {
  description = "Client id at the identity provider."
  type        = string
  nullable    = false
}

variable "issuer" {
  description = "Issuer of the identity provider."
  type        = string
  nullable    = false
}

variable "aliases" {
  description = "Host names; empty for the distribution's own."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "api_origin" {
  description = "The server of the API."
  type = object({
    domain_name = string
    http_port   = optional(number)
    https_port  = optional(number)
    protocol    = optional(string)
    minimum_tls = optional(string)
  })
  default  = { domain_name = "api.example.com" }
  nullable = false
}

variable "bucket_region" {
  description = "Region of the bucket."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "certificate_arn" {
  description = "ACM certificate in us-east-1 for the aliases."
  type        = string
  default     = null
}

variable "name" {
  description = "Name of the application and of its session store."
  type        = string
  default     = "spa"
  nullable    = false
}

variable "viewer_port" {
  description = "443 on CloudFront; the edge's port with the local cloud."
  type        = number
  default     = 443
  nullable    = false
}
