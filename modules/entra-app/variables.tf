variable "hosts" {
  description = "Host names of the application, its `aliases`. The redirect URIs follow from them."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.hosts) > 0 && alltrue([for host in var.hosts : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z][a-z0-9-]*$", host))])
    error_message = "Write each host in lower case, without scheme or path, such as [\"members.example.com\"]."
  }
}

variable "name" {
  description = "Display name of the app registration."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[^<>%&\\\\?/*]{1,120}$", var.name))
    error_message = "Write 1 to 120 characters, none of < > % & \\ ? / *, such as \"Members\"."
  }
}

variable "auth_prefix" {
  description = "`auth_prefix` of the application."
  type        = string
  default     = "/oauth2"
  nullable    = false

  validation {
    condition     = can(regex("^(/[A-Za-z0-9._~-]+)+$", var.auth_prefix))
    error_message = "Write an absolute path without a slash at the end, such as \"/oauth2\"."
  }
}

variable "federated_credential" {
  description = "By what the application proves itself without a secret: `issuer` is the account's outbound web identity federation, `subject` and `audiences` are those of the output `federated_credential` of the module entra. Null makes none."
  type = object({
    issuer    = string
    subject   = string
    audiences = optional(list(string), ["api://AzureADTokenExchange"])
  })
  default = null

  validation {
    condition     = var.federated_credential == null || can(regex("^https://[a-z0-9.-]+(/.*)?$", var.federated_credential.issuer))
    error_message = "issuer is what `aws iam enable-outbound-web-identity-federation` printed, an https address."
  }
}

variable "group_overage" {
  description = "`group_overage` of the module entra: asks for the permission to read a user's groups where they do not fit into the ID token."
  type        = bool
  default     = false
  nullable    = false
}

variable "owners" {
  description = "Object ids of those who may change the registration, beside administrators."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for owner in var.owners : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", owner))])
    error_message = "Owners are named by object id, such as \"99999999-8888-7777-6666-555555555555\"."
  }
}

variable "port" {
  description = "`viewer_port` of the application."
  type        = number
  default     = 443
  nullable    = false

  validation {
    condition     = var.port >= 1 && var.port <= 65535
    error_message = "Write a port, 1 to 65535."
  }
}

variable "roles" {
  description = "App roles by the value that policies name, each with the groups, by object id, whose members have it. With assignments required nobody without a role logs in."
  type = map(object({
    description  = optional(string)
    display_name = optional(string)
    groups       = optional(set(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for value in keys(var.roles) : can(regex("^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,119}$", value))])
    error_message = "A role's value has no spaces and does not begin with a dot: { Staff = { groups = [\"...\"] } }."
  }

  validation {
    condition     = alltrue(flatten([for role in values(var.roles) : [for group in role.groups : can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", group))]]))
    error_message = "Groups are named by object id, such as \"99999999-8888-7777-6666-555555555555\", not by name."
  }
}

variable "sign_in_audience" {
  description = "Whose users may log in: `AzureADMyOrg` or, with `tenants` in the application, `AzureADMultipleOrgs`."
  type        = string
  default     = "AzureADMyOrg"
  nullable    = false

  validation {
    condition     = contains(["AzureADMyOrg", "AzureADMultipleOrgs"], var.sign_in_audience)
    error_message = "Write \"AzureADMyOrg\" or \"AzureADMultipleOrgs\"."
  }
}
