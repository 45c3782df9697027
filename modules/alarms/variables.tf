variable "session_store" {
  description = "The zt_session_store itself, of which three ARNs are read."
  type = object({
    dead_letter_queue_arn = string
    queue_arn             = optional(string)
    writer_function_arn   = string
  })
  nullable = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]+:.+$", var.session_store.dead_letter_queue_arn)) && can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]+:function:.+$", var.session_store.writer_function_arn))
    error_message = "Pass the resource itself, session_store = zt_session_store.main; its attribute session_store has no dead-letter queue."
  }
}

variable "applications" {
  description = "Applications by a name of yours, each with the ARN of its session function; with the id of its distribution its refusals are watched too."
  type = map(object({
    session_function_arn = string
    distribution_id      = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for application in values(var.applications) : can(regex("^arn:[a-z-]+:cloudfront::[0-9]+:function/[^/]+$", application.session_function_arn))])
    error_message = "session_function_arn is the attribute of that name of the zt_edge_app, such as \"arn:aws:cloudfront::111122223333:function/members\"."
  }
}

variable "dashboard" {
  description = "Whether a dashboard of CloudWatch shows applications and store."
  type        = bool
  default     = false
  nullable    = false
}

variable "global_topic_arns" {
  description = "SNS topics in us-east-1 that are told of CloudFront's alarms."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.global_topic_arns : can(regex("^arn:[a-z-]+:sns:us-east-1:", arn))])
    error_message = "CloudFront's alarms are in us-east-1, and an alarm tells topics of its own region only: name topics of us-east-1."
  }
}

variable "name" {
  description = "What the names of the alarms begin with."
  type        = string
  default     = "zt"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9-]{1,100}$", var.name))
    error_message = "Write letters, digits and hyphens, at most 100, for example \"zt-main\"."
  }
}

variable "refusal_percent" {
  description = "Share of the requests of a distribution answered with 4xx, logins of scripts included, from which the alarm goes off, in percent. Null makes no alarm."
  type        = number
  default     = null

  validation {
    condition     = var.refusal_percent == null || (coalesce(var.refusal_percent, 0) >= 1 && coalesce(var.refusal_percent, 0) <= 100)
    error_message = "Write a percentage from 1 to 100, well above what your dashboard shows on a usual day; null for no alarm."
  }
}

variable "store_topic_arns" {
  description = "SNS topics in the region of the store that are told of the store's alarms."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.store_topic_arns : element(split(":", arn), 3) == element(split(":", var.session_store.dead_letter_queue_arn), 3)])
    error_message = "An alarm tells topics of its own region only: name topics in the region of the store."
  }
}

variable "tags" {
  description = "Tags of the alarms."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "utilisation_percent" {
  description = "Share of the time that CloudFront gives a function from which the alarm goes off, in percent."
  type        = number
  default     = 70
  nullable    = false

  validation {
    condition     = var.utilisation_percent >= 1 && var.utilisation_percent <= 100
    error_message = "Write a percentage from 1 to 100; CloudFront calls 71 and more likely to be throttled."
  }
}
