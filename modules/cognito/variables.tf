variable "client_id" {
  description = "An app client that exists, public with PKCE. Null: the module makes one, with the addresses of the aliases."
  type        = string
  default     = null

  validation {
    condition     = var.client_id != null || length(var.aliases) > 0
    error_message = "The app client must know its addresses before the application exists: give aliases, or make the client yourself and pass client_id."
  }

  validation {
    condition     = var.client_id == null || var.user_pool_id != null
    error_message = "An app client belongs to a user pool that exists: pass user_pool_id too, or leave client_id out."
  }
}

variable "claims_hook" {
  description = "An address of yours that may add claims at each login and refresh, with the secret that signs the requests."
  type = object({
    url        = string
    secret_arn = string
    timeout_ms = optional(number)
  })
  default = null
}

variable "domain" {
  description = "Domain of the login pages: a prefix such as `members-login`, or a host name of yours with its certificate in us-east-1. Null: the pool has one already."
  type = object({
    name            = string
    certificate_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.domain != null || var.user_pool_id != null
    error_message = "A new user pool needs a domain for its login pages, for example domain = { name = \"members-login\" }."
  }

  validation {
    condition     = var.domain == null || strcontains(try(var.domain.name, ""), ".") == (try(var.domain.certificate_arn, null) != null)
    error_message = "A host name of your own needs certificate_arn; a prefix such as \"members-login\" has no dots and takes no certificate."
  }

  validation {
    condition     = var.domain == null || alltrue([for word in ["aws", "amazon", "cognito"] : !strcontains(try(var.domain.name, ""), word)])
    error_message = "Cognito takes no domain that holds \"aws\", \"amazon\" or \"cognito\". Choose another name, for example \"members-login\"."
  }
}

variable "groups" {
  description = "Groups to make in the pool, by name. Policies name them in `groups` or `roles`."
  type = map(object({
    description = optional(string)
    precedence  = optional(number)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.groups) : can(regex("^[^[:space:]]{1,128}$", name))])
    error_message = "A group's name has 1 to 128 characters and no space, for example \"staff\"."
  }
}

variable "mfa" {
  description = "Second factor (an authenticator app) of a new user pool: `required`, `optional` or `off`."
  type        = string
  default     = "required"
  nullable    = false

  validation {
    condition     = contains(["required", "optional", "off"], var.mfa)
    error_message = "Write \"required\", \"optional\" or \"off\"."
  }
}

variable "password_minimum_length" {
  description = "Shortest password of a new user pool."
  type        = number
  default     = 12
  nullable    = false

  validation {
    condition     = var.password_minimum_length >= 8 && var.password_minimum_length <= 99
    error_message = "A password has at least 8 characters here, and Cognito takes at most 99 as the minimum."
  }
}

variable "refresh_token_days" {
  description = "Days that a refresh token of a new app client lives; no session outlives its absolute lifetime in any case."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.refresh_token_days >= 1 && var.refresh_token_days <= 3650
    error_message = "Cognito takes 1 to 3650 days."
  }
}

variable "scopes" {
  description = "Scopes asked of Cognito; openid is required."
  type        = list(string)
  default     = ["openid", "profile", "email"]
  nullable    = false

  validation {
    condition     = contains(var.scopes, "openid") && !contains(var.scopes, "offline_access")
    error_message = "The scopes must hold \"openid\"; Cognito knows no \"offline_access\" and gives refresh tokens without it."
  }
}

variable "self_sign_up" {
  description = "Whether anybody may make an account in a new user pool."
  type        = bool
  default     = false
  nullable    = false
}

variable "supported_identity_providers" {
  description = "Who may log users in through a new app client: `COGNITO` for the pool's own users, and names of identity providers of the pool."
  type        = list(string)
  default     = ["COGNITO"]
  nullable    = false

  validation {
    condition     = length(var.supported_identity_providers) > 0
    error_message = "Name at least one, [\"COGNITO\"] for the pool's own users."
  }
}

variable "user_pool_id" {
  description = "A user pool that exists, such as `eu-west-1_AbCdEf123`. Null: the module makes one."
  type        = string
  default     = null

  validation {
    condition     = var.user_pool_id == null || can(regex("^[a-z0-9-]+_[0-9a-zA-Z]+$", var.user_pool_id))
    error_message = "The user pool's id looks like \"eu-west-1_AbCdEf123\"; it is neither its name nor its ARN."
  }
}
