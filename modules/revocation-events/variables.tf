variable "session_store" {
  description = "The zt_session_store itself, of whose queue and pepper the function knows."
  type = object({
    pepper_secret_arn = string
    queue_arn         = string
    queue_url         = string
  })
  nullable = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]+:.+\\.fifo$", var.session_store.queue_arn)) && can(regex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]+:secret:.+$", var.session_store.pepper_secret_arn))
    error_message = "Pass the resource itself, session_store = zt_session_store.main; its attribute session_store has no queue_arn."
  }
}

variable "alarm_topic_arns" {
  description = "SNS topics in the region of the store that are told when an event could not be carried out. Empty makes no alarm."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.alarm_topic_arns : can(regex("^arn:[a-z-]+:sns:${element(split(":", var.session_store.queue_arn), 3)}:", arn))])
    error_message = "An alarm tells topics of its own region only: name topics in the region of the store."
  }
}

variable "event_bus_name" {
  description = "Bus of EventBridge on which the events of `event_pattern` arrive."
  type        = string
  default     = "default"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._/-]{1,256}$", var.event_bus_name))
    error_message = "Write the name of the bus, not its ARN, such as \"default\"."
  }
}

variable "event_pattern" {
  description = "Pattern (JSON) of the events of EventBridge that end sessions. Null makes no rule."
  type        = string
  default     = null

  validation {
    condition     = var.event_pattern == null || can(length(jsondecode(coalesce(var.event_pattern, "{}")).source) > 0)
    error_message = "Write a pattern as JSON that names at least the source: jsonencode({ source = [\"com.example.identity\"] }). Without it any event of the bus could end sessions."
  }
}

variable "issuer" {
  description = "Issuer of users in messages of the form {\"action\":\"revoke\",\"userId\":\"...\"}, which name none. Null refuses these."
  type        = string
  default     = null

  validation {
    condition     = var.issuer == null || can(regex("^https://", coalesce(var.issuer, "-")))
    error_message = "Write the issuer exactly as ID tokens name it, such as \"https://login.example.com\"."
  }
}

variable "kms_key_arns" {
  description = "Keys of yours that the function must use to read the pepper or to write the queue, when these are encrypted with such."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.kms_key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]+:key/", arn))])
    error_message = "Write ARNs of keys, \"arn:aws:kms:...:key/...\", not of aliases."
  }
}

variable "log_retention_days" {
  description = "Days that the function's log lines are kept."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653], var.log_retention_days)
    error_message = "CloudWatch Logs takes certain numbers only, such as 30, 90 or 365."
  }
}

variable "name" {
  description = "Name of all that is made."
  type        = string
  default     = "zt-revocation-events"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9-]{1,50}$", var.name))
    error_message = "Write letters, digits and hyphens, at most 50, such as \"zt-revocation-events\"."
  }
}

variable "publishers" {
  description = "ARNs of the roles that may publish on the topic. Whoever may, ends sessions of anybody."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.publishers : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "Name roles or users by ARN, such as \"arn:aws:iam::111122223333:role/offboarding\"; no account and no wildcard."
  }
}

variable "tags" {
  description = "Tags of all that can carry tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "topic" {
  description = "Whether a topic of SNS is made whose messages end sessions."
  type        = bool
  default     = true
  nullable    = false
}
