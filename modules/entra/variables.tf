variable "client_id" {
  description = "Application (client) id of the app registration."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", var.client_id))
    error_message = "The client id is the app registration's application id, a UUID such as \"11111111-2222-3333-4444-555555555555\"; not its name, and not its object id."
  }
}

variable "tenant_id" {
  description = "Directory (tenant) id, or \"organizations\" for the users of several tenants, which `tenants` lists."
  type        = string
  nullable    = false

  validation {
    condition     = var.tenant_id == "organizations" || can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.tenant_id))
    error_message = "Write the tenant's id in lower case, such as \"11111111-2222-3333-4444-555555555555\", not its domain; or \"organizations\" together with tenants."
  }
}

variable "auth_time_optional" {
  description = "Whether ID tokens may leave out auth_time. Better add the optional claim auth_time to the app registration."
  type        = bool
  default     = false
  nullable    = false
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

variable "client_authentication" {
  description = "How the application proves itself: `federated` (no secret exists anywhere), `client_secret_post` or `private_key_jwt`."
  type        = string
  default     = "federated"
  nullable    = false

  validation {
    condition     = contains(["federated", "client_secret_post", "private_key_jwt"], var.client_authentication)
    error_message = "Write \"federated\" and add the output federated_credential to the app registration; or \"client_secret_post\" or \"private_key_jwt\" together with client_secret_arn."
  }
}

variable "client_secret_arn" {
  description = "Secrets Manager secret with the client secret, or with the private key for private_key_jwt. Null with `federated`."
  type        = string
  default     = null

  validation {
    condition     = (var.client_authentication == "federated") == (var.client_secret_arn == null)
    error_message = "With \"federated\" there is no secret: leave client_secret_arn out. With \"client_secret_post\" or \"private_key_jwt\" set client_secret_arn to a Secrets Manager secret."
  }
}

variable "cloud" {
  description = "Microsoft's cloud: `public`, `us_government`, `china`, or `external_id` for a tenant of Entra External ID."
  type        = string
  default     = "public"
  nullable    = false

  validation {
    condition     = contains(["public", "us_government", "china", "external_id"], var.cloud)
    error_message = "Write \"public\", \"us_government\", \"china\" or \"external_id\"."
  }
}

variable "group_overage" {
  description = "Whether groups that do not fit into the ID token are asked of Microsoft Graph. Without it such a user has no groups and is refused where a policy looks at them."
  type        = bool
  default     = false
  nullable    = false
}

variable "tenants" {
  description = "Ids of the tenants whose users may log in, with tenant_id \"organizations\"."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = (var.tenant_id == "organizations") == (length(var.tenants) > 0)
    error_message = "tenant_id = \"organizations\" needs tenants, the ids of those whose users may log in; with the id of one tenant leave tenants out."
  }
}
