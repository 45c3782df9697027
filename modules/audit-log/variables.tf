variable "applications" {
  description = "Applications by a name of yours, each with its distribution and its auth function."
  type = map(object({
    auth_function_arn = string
    distribution_arn  = string
  }))
  nullable = false

  validation {
    condition     = length(var.applications) > 0 && alltrue([for name in keys(var.applications) : can(regex("^[a-z0-9-]{1,24}$", name))])
    error_message = "Name at least one application, in lower-case letters, digits and hyphens, such as { members = module.members }."
  }

  validation {
    condition     = alltrue([for application in values(var.applications) : can(regex("^arn:[a-z-]+:cloudfront::[0-9]+:distribution/[A-Z0-9]+$", application.distribution_arn))])
    error_message = "distribution_arn is the ARN of the distribution, such as \"arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE\"."
  }

  validation {
    condition     = alltrue([for application in values(var.applications) : can(regex("^arn:[a-z-]+:lambda:us-east-1:[0-9]+:function:[^:]+", application.auth_function_arn))])
    error_message = "auth_function_arn is the attribute of that name of the zt_edge_app or zt_edge_auth."
  }
}

variable "bucket" {
  description = "Name of the bucket that is made for the records."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens, such as \"example-audit\"."
  }
}

variable "alarm_topic_arns" {
  description = "SNS topics that are told of alarms, by region: an alarm tells topics of its own region only. Regions that are not here have no alarms."
  type        = map(list(string))
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue(flatten([for region, arns in var.alarm_topic_arns : [for arn in arns : can(regex("^arn:[a-z-]+:sns:${region}:", arn))]]))
    error_message = "Name topics of the region they stand under: { eu-west-1 = [\"arn:aws:sns:eu-west-1:111122223333:on-call\"] }."
  }

  validation {
    condition     = alltrue([for region in keys(var.alarm_topic_arns) : contains(var.log_regions, region)])
    error_message = "Alarms can be in regions of log_regions only."
  }
}

variable "auth_events" {
  description = "Whether what the auth functions log is kept too."
  type        = bool
  default     = true
  nullable    = false
}

variable "database" {
  description = "Name of the Glue database."
  type        = string
  default     = "zt_audit"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9_]{1,128}$", var.database))
    error_message = "Write lower-case letters, digits and underscores, such as \"zt_audit\"."
  }
}

variable "decisions" {
  description = "Whether the decisions of the session functions are kept, through the access logs of the distributions."
  type        = bool
  default     = true
  nullable    = false
}

variable "error_threshold" {
  description = "Logins in five minutes, in one region, that may fail through our fault or that of what we depend on before the alarm goes off."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.error_threshold >= 0
    error_message = "Write zero or more."
  }
}

variable "force_destroy" {
  description = "Whether a destroy takes the records with it."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key for the records. Its policy must let delivery.logs.amazonaws.com use it. Default: S3's own."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]+:key/", coalesce(var.kms_key_arn, "-")))
    error_message = "Write the ARN of the key itself, \"arn:aws:kms:...:key/...\", not of an alias."
  }
}

variable "log_regions" {
  description = "Regions in which the auth functions write: `log_regions` of the applications, here as there by default those of CloudFront's regional edge caches."
  type        = set(string)
  default = [
    "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "eu-central-1", "eu-west-1", "eu-west-2",
    "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
  ]
  nullable = false

  validation {
    condition     = length(var.log_regions) > 0 && alltrue([for region in var.log_regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "Write at least one region, such as [\"eu-west-1\", \"us-east-1\"]; to keep no auth events, auth_events = false."
  }
}

variable "name" {
  description = "What the names of all that is made begin with."
  type        = string
  default     = "zt-audit"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.name))
    error_message = "Write at most 31 lower-case letters, digits and hyphens, a letter first, such as \"zt-audit\"."
  }
}

variable "retention_days" {
  description = "Days that records are kept."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = var.retention_days >= 1 && floor(var.retention_days) == var.retention_days
    error_message = "Write whole days, at least 1."
  }
}

variable "scan_limit_bytes" {
  description = "Bytes that one query may read, at least 10,000,000. It bounds what a query costs."
  type        = number
  default     = 100000000000
  nullable    = false

  validation {
    condition     = var.scan_limit_bytes >= 10000000
    error_message = "Athena takes no limit below 10,000,000 bytes."
  }
}

variable "tags" {
  description = "Tags of all that can carry tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
