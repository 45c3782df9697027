variable "account_id" {
  description = "The account; no other is touched."
  type        = string
  nullable    = false
}

variable "api_host" {
  description = "Host name of the API."
  type        = string
  nullable    = false
}

variable "certificate_arn" {
  description = "ACM certificate in us-east-1 that covers all hosts."
  type        = string
  nullable    = false
}

variable "customer_bucket" {
  description = "Existing private bucket of the shop."
  type        = string
  nullable    = false
}

variable "customer_hosts" {
  description = "Host names of the shop."
  type        = set(string)
  nullable    = false
}

variable "entra_client_id" {
  description = "Application (client) id of the app registration."
  type        = string
  nullable    = false
}

variable "entra_tenant_id" {
  description = "Directory (tenant) id."
  type        = string
  nullable    = false
}

variable "terraform_roles" {
  description = "ARNs of the roles that run Terraform."
  type        = list(string)
  nullable    = false
}

variable "workforce_bucket" {
  description = "Existing private bucket of the intranet."
  type        = string
  nullable    = false
}

variable "workforce_hosts" {
  description = "Host names of the intranet."
  type        = set(string)
  nullable    = false
}

variable "leavers" {
  description = "Object ids of the people who are locked out while they stand here."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "region" {
  description = "Region of the user pool, the buckets and the store writer."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}
