variable "certificate_arn" {
  description = "ACM certificate in us-east-1 for the host."
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

variable "origin" {
  description = "Host name of the server behind the distribution."
  type        = string
  nullable    = false
}

variable "name" {
  description = "Name of the application and of its session store."
  type        = string
  default     = "attached"
  nullable    = false
}
