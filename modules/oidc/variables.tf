variable "client_id" {
  description = "Client id of the application at the identity provider."
  type        = string
  nullable    = false
}

variable "issuer" {
  description = "Issuer of the identity provider, exactly as its discovery document and its ID tokens name it."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.issuer, "https://")
    error_message = "The issuer must start with https://. Write it as the provider's discovery document does, for example \"https://login.example.com\"."
  }
}

variable "auth_time_optional" {
  description = "Whether ID tokens may leave out auth_time; only for providers that cannot send it."
  type        = bool
  default     = false
  nullable    = false
}

variable "back_channel_logout" {
  description = "Whether the application takes logouts that the provider sends to `<auth_prefix>/backchannel-logout`."
  type        = bool
  default     = false
  nullable    = false
}

variable "claims" {
  description = "Names of the claims that carry the user, email, groups, roles and the provider's session."
  type = object({
    user    = optional(string)
    email   = optional(string)
    groups  = optional(string)
    roles   = optional(string)
    session = optional(string)
  })
  default = null
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
  description = "How the application proves itself at the token endpoint. Null: what the provider offers, none without a secret."
  type        = string
  default     = null

  validation {
    condition     = var.client_authentication == null || contains(["none", "client_secret_basic", "client_secret_post", "private_key_jwt"], coalesce(var.client_authentication, "-"))
    error_message = "Write \"none\", \"client_secret_basic\", \"client_secret_post\" or \"private_key_jwt\". For \"federated\" use the module entra, or zt_edge_app itself."
  }
}

variable "client_secret_arn" {
  description = "Secrets Manager secret with the client secret, or the private key for private_key_jwt. Null: a public client with PKCE."
  type        = string
  default     = null
}

variable "endpoints" {
  description = "Endpoints that override the provider's discovery document."
  type = object({
    authorization = optional(string)
    token         = optional(string)
    jwks          = optional(string)
    end_session   = optional(string)
    revocation    = optional(string)
  })
  default = null
}

variable "scopes" {
  description = "Scopes asked of the identity provider; openid is required."
  type        = list(string)
  default     = ["openid", "profile", "email"]
  nullable    = false

  validation {
    condition     = contains(var.scopes, "openid")
    error_message = "The scopes must hold \"openid\", without which there is no ID token."
  }
}

variable "signing_algorithms" {
  description = "Algorithms accepted for ID tokens."
  type        = list(string)
  default     = ["RS256"]
  nullable    = false

  validation {
    condition     = !anytrue([for name in var.signing_algorithms : startswith(name, "HS") || name == "none"])
    error_message = "ID tokens must be signed asymmetrically, for example with \"RS256\"."
  }
}
