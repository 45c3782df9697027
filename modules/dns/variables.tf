variable "distribution" {
  description = "Where the hosts lead: `domain_name` and `hosted_zone_id` of the application."
  type = object({
    domain_name    = string
    hosted_zone_id = string
  })
  nullable = false
}

variable "hosts" {
  description = "Host names of the application, each with the hosted zone of Route 53 that holds it."
  type = map(object({
    zone_id = string
  }))
  nullable = false

  validation {
    condition     = length(var.hosts) > 0 && alltrue([for host in keys(var.hosts) : can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z][a-z0-9-]*$", host))])
    error_message = "Write each host in lower case, without scheme, wildcard or dot at the end: { \"app.example.com\" = { zone_id = \"Z0123456789\" } }."
  }

  validation {
    condition     = alltrue([for host in values(var.hosts) : can(regex("^[A-Z0-9]+$", host.zone_id))])
    error_message = "zone_id is the id of the hosted zone, such as \"Z0123456789\"; not its name, and without \"/hostedzone/\"."
  }
}

variable "alias_records" {
  description = "Whether the hosts lead to the distribution. Off for a certificate ahead of a move, while another answers under these names."
  type        = bool
  default     = true
  nullable    = false
}

variable "ipv6" {
  description = "Whether there are AAAA records too; off where the application has `ipv6 = false`."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of the certificate."
  type        = map(string)
  default     = {}
  nullable    = false
}
