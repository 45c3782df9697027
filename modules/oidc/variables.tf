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

variable "name" {
  description = "Name of the application, unique in its session store; physical names derive from it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,23}$", var.name)) && !strcontains(var.name, "--") && !endswith(var.name, "-")
    error_message = "The name must be 1 to 24 lower-case letters, digits and single dashes, a letter first, for example \"members\"."
  }
}

variable "origins" {
  description = "Origins by name: `s3` for a private bucket, `custom` for an HTTP server."
  type = map(object({
    s3 = optional(object({
      bucket               = string
      region               = string
      manage_bucket_policy = optional(bool)
    }))
    custom = optional(object({
      domain_name = string
      http_port   = optional(number)
      https_port  = optional(number)
      protocol    = optional(string)
      minimum_tls = optional(string)
    }))
    path    = optional(string)
    headers = optional(map(string))
  }))
  nullable = false

  validation {
    condition     = length(var.origins) > 0
    error_message = "Give at least one origin, for example { site = { s3 = { bucket = \"my-site\", region = \"eu-west-1\" } } }."
  }

  validation {
    condition     = alltrue([for origin in values(var.origins) : (origin.s3 == null) != (origin.custom == null)])
    error_message = "Each origin takes exactly one of s3 and custom."
  }
}

variable "routes" {
  description = "Routes in order; the first whose path matches decides. A route names the policies it allows or says access = \"public\"."
  type = list(object({
    path                = string
    access              = optional(string)
    allow               = optional(list(string))
    methods             = optional(list(string))
    unauthenticated     = optional(string)
    origin              = optional(string)
    cache               = optional(string)
    allow_encoded_slash = optional(bool)
    allow_semicolon     = optional(bool)
    case_insensitive    = optional(bool)
    cors = optional(object({
      origins     = list(string)
      methods     = optional(list(string))
      headers     = optional(list(string))
      credentials = optional(bool)
      max_age     = optional(string)
    }))
  }))
  nullable = false

  validation {
    condition     = length(var.routes) > 0
    error_message = "Give at least one route; [{ path = \"/*\", allow = [\"staff\"] }] protects everything."
  }
}

variable "session_store" {
  description = "The `session_store` attribute of a zt_session_store."
  type = object({
    arn                  = string
    name                 = string
    max_session_lifetime = string
    pepper_secret_arn    = string
  })
  nullable = false
}

variable "aliases" {
  description = "Host names of the application. Empty: the distribution's own domain name."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "auth_time_optional" {
  description = "Whether ID tokens may leave out auth_time; only for providers that cannot send it."
  type        = bool
  default     = false
  nullable    = false
}

variable "certificate_arn" {
  description = "ACM certificate in us-east-1 that covers the aliases."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:us-east-1:", var.certificate_arn))
    error_message = "CloudFront takes certificates of us-east-1 only. Request the certificate there and pass its ARN."
  }

  validation {
    condition     = length(var.aliases) == 0 || var.certificate_arn != null
    error_message = "Aliases need a certificate: set certificate_arn to an ACM certificate of us-east-1 that covers them."
  }
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

variable "client_secret_arn" {
  description = "Secrets Manager secret with the client secret. Null: a public client with PKCE."
  type        = string
  default     = null
}

variable "default_origin" {
  description = "Name of the origin for routes that name none. With a single origin it is that one."
  type        = string
  default     = null

  validation {
    condition     = var.default_origin != null || length(var.origins) == 1
    error_message = "With several origins say which one serves routes that name none: default_origin = \"<name>\"."
  }
}

variable "endpoints" {
  description = "Endpoints that override the provider's discovery document."
  type = object({
    authorization = optional(string)
    token         = optional(string)
    jwks          = optional(string)
    end_session   = optional(string)
  })
  default = null
}

variable "identity_headers" {
  description = "Headers towards the origin and the claim that fills each; names start with x-zt-."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.identity_headers) : can(regex("^x-zt-[a-z0-9-]+$", name))])
    error_message = "Identity headers are written in lower case and start with x-zt-, for example { \"x-zt-email\" = \"email\" }."
  }
}

variable "policies" {
  description = "Access policies by name. `require` must all hold, of `any` at least one, of `none` not one."
  type = map(object({
    require = optional(list(object({
      groups        = optional(list(string))
      roles         = optional(list(string))
      emails        = optional(list(string))
      email_domains = optional(list(string))
      users         = optional(list(string))
      claims        = optional(map(list(string)))
      authenticated = optional(bool)
    })))
    any = optional(list(object({
      groups        = optional(list(string))
      roles         = optional(list(string))
      emails        = optional(list(string))
      email_domains = optional(list(string))
      users         = optional(list(string))
      claims        = optional(map(list(string)))
      authenticated = optional(bool)
    })))
    none = optional(list(object({
      groups        = optional(list(string))
      roles         = optional(list(string))
      emails        = optional(list(string))
      email_domains = optional(list(string))
      users         = optional(list(string))
      claims        = optional(map(list(string)))
      authenticated = optional(bool)
    })))
  }))
  default  = {}
  nullable = false
}

variable "price_class" {
  description = "CloudFront price class."
  type        = string
  default     = null
}

variable "replica_deletion" {
  description = "What becomes of Lambda@Edge functions that AWS will not delete yet: \"park\" or \"wait\"."
  type        = string
  default     = "park"
  nullable    = false

  validation {
    condition     = contains(["park", "wait"], var.replica_deletion)
    error_message = "Write \"park\" to leave replicas for a later apply to reap, or \"wait\" to wait for them."
  }
}

variable "response_headers" {
  description = "Security headers of every answer; null keeps the provider's defaults."
  type = object({
    content_security_policy           = optional(string)
    frame_options                     = optional(string)
    referrer_policy                   = optional(string)
    strict_transport_security_max_age = optional(number)
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

variable "secret_recovery_days" {
  description = "Days in which deleted secrets can be restored; 0 deletes at once."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)
    error_message = "Secrets Manager takes 7 to 30 days, or 0 for deletion at once."
  }
}

variable "session" {
  description = "How long a session lasts before it is renewed, and at most from login."
  type = object({
    lifetime          = optional(string)
    absolute_lifetime = optional(string)
  })
  default = null
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

variable "support_url" {
  description = "Where the denied page sends people for help."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of every object that takes tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "title" {
  description = "Name of the application on its own pages."
  type        = string
  default     = null
}

variable "viewer_port" {
  description = "Port under which viewers reach the application: 443 on CloudFront; others only with the local cloud."
  type        = number
  default     = 443
  nullable    = false
}

variable "web_acl" {
  description = "Firewall settings; null keeps the provider's defaults."
  type = object({
    rate_limit       = optional(number)
    auth_rate_limit  = optional(number)
    path_rate_limits = optional(map(number))
    geo = optional(object({
      allow = optional(list(string))
      block = optional(list(string))
    }))
    managed_groups = optional(list(object({
      name        = string
      vendor      = optional(string)
      version     = optional(string)
      count_only  = optional(bool)
      count_rules = optional(list(string))
    })))
  })
  default = null
}
