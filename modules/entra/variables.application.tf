# Written by tests/modules/generate.mjs from the schema of zt_edge_app.

variable "name" {
  description = "Name of the application, unique in its session store. The names of all AWS objects derive from it. Lower-case letters, digits and hyphens, at most 24 characters. Changing it replaces the application."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,23}$", var.name)) && !strcontains(var.name, "--") && !endswith(var.name, "-")
    error_message = "The name must be 1 to 24 lower-case letters, digits and single dashes, a letter first, for example \"members\"."
  }
}

variable "origins" {
  description = "Origins by name: each is an S3 bucket or a custom origin."
  type = map(object({
    custom = optional(object({
      domain_name = string
      http_port   = optional(number)
      https_port  = optional(number)
      minimum_tls = optional(string)
      protocol    = optional(string)
    }))
    headers = optional(map(string))
    path    = optional(string)
    s3 = optional(object({
      bucket               = string
      manage_bucket_policy = optional(bool)
      region               = optional(string)
    }))
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
  description = "Routes in order: the first whose path matches decides. A request that matches none is refused."
  type = list(object({
    path                = string
    access              = optional(string)
    allow               = optional(list(string))
    allow_encoded_slash = optional(bool)
    allow_semicolon     = optional(bool)
    cache               = optional(string)
    case_insensitive    = optional(bool)
    cors = optional(object({
      origins     = list(string)
      credentials = optional(bool)
      headers     = optional(list(string))
      max_age     = optional(string)
      methods     = optional(list(string))
    }))
    methods         = optional(list(string))
    min_tls         = optional(string)
    origin          = optional(string)
    spa             = optional(string)
    unauthenticated = optional(string)
  }))
  nullable = false

  validation {
    condition     = length(var.routes) > 0
    error_message = "Give at least one route; [{ path = \"/*\", allow = [\"staff\"] }] protects everything."
  }

  validation {
    condition     = alltrue([for route in var.routes : (route.access == "public") != (length(coalesce(route.allow, [])) > 0)])
    error_message = "Each route either names the policies it allows, allow = [\"staff\"], or says access = \"public\", and not both."
  }

  validation {
    condition     = alltrue(flatten([for route in var.routes : [for policy in coalesce(route.allow, []) : contains(keys(var.policies), policy)]]))
    error_message = "A route allows a policy that does not exist. Write the policy under policies, or correct its name in allow."
  }
}

variable "session_store" {
  description = "The session store of the application: the `session_store` attribute of a `zt_session_store`. Changing the store replaces the application."
  type = object({
    arn                  = string
    max_session_lifetime = string
    name                 = string
    pepper_secret_arn    = string
    queue = optional(object({
      arn    = optional(string)
      region = optional(string)
      url    = optional(string)
    }))
  })
  nullable = false
}

variable "aliases" {
  description = "Host names under which viewers reach the application, in lower case. Without any, the host name that CloudFront assigns is used. Aliases need `certificate_arn`."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "assertion" {
  description = "Sends the origin a signed assertion of who asks, in the header `x-zt-assertion`: a JWT (ES256) that an origin verifies with the keys at `<auth_prefix>/jwks.json`, so that it need not trust the network. Adding it asks everybody to log in once, when every edge location sends it; until then requests pass without."
  type = object({
    audience = optional(string)
  })
  default = null
}

variable "auth_prefix" {
  description = "Path under which the endpoints of the login live. Nothing below it reaches an origin. Default `/oauth2`."
  type        = string
  default     = null
}

variable "bearer_issuers" {
  description = "Issuers whose bearer tokens `<auth_prefix>/token` exchanges for a session in a header, by a name of yours: for machines and command lines."
  type = map(object({
    audience           = string
    issuer             = string
    jwks_uri           = string
    lifetime           = optional(string)
    signing_algorithms = optional(list(string))
    token_type         = optional(string)
  }))
  default = null
}

variable "certificate_arn" {
  description = "ARN of the ACM certificate for the aliases. CloudFront reads certificates in us-east-1 only."
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

variable "cookie_domain" {
  description = "Domain of the session cookie, so that one login serves several hosts of the application: each alias must be it or lie in it. Every host of that domain then receives the cookie, also those that are not yours to trust; leave it out (a host-only cookie) unless you need it. Adding or removing it asks everybody to log in once; for the minutes in which the distribution changes, sessions of before go on and who has none is answered with 401. Two applications of one name, from different stores, cannot share a domain: their cookies would be the same."
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

  validation {
    condition     = var.default_origin == null || contains(keys(var.origins), coalesce(var.default_origin, "-"))
    error_message = "default_origin must be the name of one of the origins."
  }
}

variable "http_version" {
  description = "Highest HTTP version: `http1.1`, `http2`, `http2and3` (the default) or `http3`."
  type        = string
  default     = null
}

variable "identity_headers" {
  description = "Headers towards the origin, each with the claim it carries, such as `{ \"x-user-email\" = \"email\" }`. They are removed from what viewers send."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.identity_headers) : can(regex("^x-zt-[a-z0-9-]+$", name))])
    error_message = "Identity headers are written in lower case and start with x-zt-, for example { \"x-zt-email\" = \"email\" }."
  }
}

variable "ipv6" {
  description = "Whether viewers may connect by IPv6. Default `true`."
  type        = bool
  default     = null
}

variable "key_rotation" {
  description = "When the application gets a new signing key. Edge locations learn of it before it signs, and the old key verifies as long as its sessions live, so nobody is logged out."
  type = object({
    emergency   = optional(map(string))
    propagation = optional(string)
    triggers    = optional(map(string))
  })
  default = null
}

variable "log_regions" {
  description = "Regions in which the log group of the auth function is made ahead, with this retention. Lambda@Edge writes in the region that answers a viewer, and makes a group that keeps its lines for ever where there is none. Default: the regions of CloudFront's regional edge caches. A region taken out of the list keeps its group until the application is destroyed, which removes the groups with their lines."
  type        = set(string)
  default     = null
}

variable "log_retention_days" {
  description = "Days that log lines of the auth function are kept, one of the numbers that CloudWatch Logs takes, such as 30, 90 or 365. Default 90."
  type        = number
  default     = null
}

variable "minimum_tls" {
  description = "Lowest TLS policy for viewers, a CloudFront security policy name. Default `TLSv1.2_2021`; in force with `certificate_arn` only."
  type        = string
  default     = null
}

variable "policies" {
  description = "Access policies by name: a policy is met when all of `require`, at least one of `any` and none of `none` hold. What selectors say of users is evaluated at login, what they say of the request, the login and service tokens on every request; editing a policy publishes no new auth function."
  type = map(object({
    any = optional(list(object({
      acr            = optional(string)
      amr            = optional(list(string))
      authenticated  = optional(bool)
      claims         = optional(map(list(string)))
      countries      = optional(list(string))
      email_domains  = optional(list(string))
      emails         = optional(list(string))
      groups         = optional(list(string))
      ips            = optional(list(string))
      max_age        = optional(string)
      methods        = optional(list(string))
      roles          = optional(list(string))
      service_tokens = optional(list(string))
      users          = optional(list(string))
    })))
    none = optional(list(object({
      acr            = optional(string)
      amr            = optional(list(string))
      authenticated  = optional(bool)
      claims         = optional(map(list(string)))
      countries      = optional(list(string))
      email_domains  = optional(list(string))
      emails         = optional(list(string))
      groups         = optional(list(string))
      ips            = optional(list(string))
      max_age        = optional(string)
      methods        = optional(list(string))
      roles          = optional(list(string))
      service_tokens = optional(list(string))
      users          = optional(list(string))
    })))
    require = optional(list(object({
      acr            = optional(string)
      amr            = optional(list(string))
      authenticated  = optional(bool)
      claims         = optional(map(list(string)))
      countries      = optional(list(string))
      email_domains  = optional(list(string))
      emails         = optional(list(string))
      groups         = optional(list(string))
      ips            = optional(list(string))
      max_age        = optional(string)
      methods        = optional(list(string))
      roles          = optional(list(string))
      service_tokens = optional(list(string))
      users          = optional(list(string))
    })))
  }))
  default  = {}
  nullable = false
}

variable "price_class" {
  description = "Edge locations that serve the application: `PriceClass_All` (the default), `PriceClass_200` or `PriceClass_100`."
  type        = string
  default     = null

  validation {
    condition     = var.price_class == null || contains(["PriceClass_All", "PriceClass_200", "PriceClass_100"], coalesce(var.price_class, "-"))
    error_message = "Write \"PriceClass_All\", \"PriceClass_200\" or \"PriceClass_100\"."
  }
}

variable "replica_deletion" {
  description = "What a destroy does while CloudFront still holds replicas of the auth function, which takes hours: `park` (the default) marks the function and a later apply of any application removes it, `wait` waits until the `delete` timeout."
  type        = string
  default     = "park"
  nullable    = false

  validation {
    condition     = contains(["park", "wait"], var.replica_deletion)
    error_message = "Write \"park\" to leave replicas for a later apply to reap, or \"wait\" to wait for them."
  }
}

variable "response_headers" {
  description = "Security headers of every answer."
  type = object({
    content_security_policy              = optional(string)
    frame_options                        = optional(string)
    referrer_policy                      = optional(string)
    strict_transport_security_max_age    = optional(number)
    strict_transport_security_subdomains = optional(bool)
  })
  default = null
}

variable "secret_recovery_days" {
  description = "Days during which destroyed secrets can be restored: 7 to 30, or 0 to delete them at once. Default 7."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)
    error_message = "Secrets Manager takes 7 to 30 days, or 0 for deletion at once."
  }
}

variable "session" {
  description = "How long a session holds."
  type = object({
    absolute_lifetime = optional(string)
    lifetime          = optional(string)
    refresh           = optional(bool)
  })
  default = null
}

variable "shared_signals" {
  description = "The transmitter whose security events (Shared Signals: CAEP, RISC) `<auth_prefix>/events` takes, by push. Needs a session store with a queue."
  type = object({
    audience           = string
    issuer             = string
    jwks_uri           = string
    signing_algorithms = optional(list(string))
  })
  default = null
}

variable "support_url" {
  description = "Address offered to a user who has been refused, https or mailto."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of all objects that can carry tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "timeouts" {
  description = "How long operations may take."
  type = object({
    create = optional(string)
    delete = optional(string)
    update = optional(string)
  })
  default = null
}

variable "title" {
  description = "Name of the application on the pages of the login. Default: the name."
  type        = string
  default     = null
}

variable "userinfo_path" {
  description = "Path at which a signed-in browser reads its own session. Default `/.zt/userinfo`."
  type        = string
  default     = null
}

variable "viewer_port" {
  description = "Port under which viewers reach the application: 443 (the default) on CloudFront, others only with the local cloud or behind a port forwarder."
  type        = number
  default     = 443
  nullable    = false
}

variable "web_acl" {
  description = "The web firewall in front of the application. Default: its limits and three managed groups."
  type = object({
    addresses = optional(object({
      allow = optional(set(string))
      block = optional(set(string))
      trust = optional(set(string))
    }))
    auth_rate_limit = optional(number)
    bot_control = optional(object({
      count_only       = optional(bool)
      count_rules      = optional(list(string))
      level            = optional(string)
      machine_learning = optional(bool)
      overrides        = optional(map(string))
      version          = optional(string)
    }))
    geo = optional(object({
      allow = optional(list(string))
      block = optional(list(string))
    }))
    logging = optional(object({
      destination_arn = string
      matched_only    = optional(bool)
      redact_headers  = optional(set(string))
      redact_query    = optional(bool)
    }))
    managed_groups = optional(list(object({
      name        = string
      count_only  = optional(bool)
      count_rules = optional(list(string))
      overrides   = optional(map(string))
      vendor      = optional(string)
      version     = optional(string)
    })))
    path_rate_limits  = optional(map(number))
    rate_limit        = optional(number)
    rate_limit_action = optional(string)
    rate_limit_window = optional(number)
    rate_limits = optional(map(object({
      limit   = number
      path    = string
      action  = optional(string)
      methods = optional(list(string))
      window  = optional(number)
    })))
    refusal = optional(object({
      status       = number
      body         = optional(string)
      content_type = optional(string)
    }))
    rule_order = optional(list(string))
    rules = optional(map(object({
      action    = string
      addresses = optional(set(string))
      countries = optional(list(string))
      headers = optional(map(object({
        contains    = optional(string)
        ends_with   = optional(string)
        equals      = optional(string)
        starts_with = optional(string)
      })))
      machine_endpoints = optional(bool)
      methods           = optional(list(string))
      paths             = optional(list(string))
      query = optional(map(object({
        contains    = optional(string)
        ends_with   = optional(string)
        equals      = optional(string)
        starts_with = optional(string)
      })))
      response = optional(object({
        status       = number
        body         = optional(string)
        content_type = optional(string)
      }))
      unless = optional(object({
        addresses = optional(set(string))
        countries = optional(list(string))
        headers = optional(map(object({
          contains    = optional(string)
          ends_with   = optional(string)
          equals      = optional(string)
          starts_with = optional(string)
        })))
        methods = optional(list(string))
        paths   = optional(list(string))
        query = optional(map(object({
          contains    = optional(string)
          ends_with   = optional(string)
          equals      = optional(string)
          starts_with = optional(string)
        })))
      }))
    })))
    too_many = optional(object({
      status       = number
      body         = optional(string)
      content_type = optional(string)
    }))
  })
  default = null
}
