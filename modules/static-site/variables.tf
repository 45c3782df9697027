variable "bucket" {
  description = "Name of the bucket to make, unique in all of AWS."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits and hyphens, and no dots, which TLS to the bucket could not name: for example \"example-members-site\"."
  }
}

variable "region" {
  description = "Region of the bucket: that of the aws provider which makes it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Write a region such as \"eu-west-1\"."
  }
}

variable "application_statements" {
  description = "For each application that reads the bucket, by a name of yours, its statement: `origin_bucket_policies[\"<origin>\"]` of the application."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for statement in values(var.application_statements) : can(jsondecode(statement).Effect)])
    error_message = "Each is one statement as JSON: pass module.<application>.origin_bucket_policies[\"<origin>\"] as it is."
  }
}

variable "force_destroy" {
  description = "Whether destroying the bucket deletes the files in it."
  type        = bool
  default     = false
  nullable    = false
}

variable "partition" {
  description = "Partition of AWS."
  type        = string
  default     = "aws"
  nullable    = false

  validation {
    condition     = contains(["aws", "aws-us-gov", "aws-cn"], var.partition)
    error_message = "Write \"aws\", \"aws-us-gov\" or \"aws-cn\"."
  }
}

variable "tags" {
  description = "Tags of the bucket."
  type        = map(string)
  default     = {}
  nullable    = false
}
