// What the modules say of an application's inputs beyond the provider's schema: defaults that are no null, and validations whose
// messages tell what to write instead.

const name = `can(regex("^[a-z][a-z0-9-]{0,23}$", var.name)) && !strcontains(var.name, "--") && !endswith(var.name, "-")`;
const bothKinds = `alltrue([for origin in values(var.origins) : (origin.s3 == null) != (origin.custom == null)])`;
const routePolicies = `alltrue(flatten([for route in var.routes : [for policy in coalesce(route.allow, []) : contains(keys(var.policies), policy)]]))`;

export const extra = {
  name: {
    validations: [[name, 'The name must be 1 to 24 lower-case letters, digits and single dashes, a letter first, for example "members".']],
  },
  origins: {
    validations: [
      ['length(var.origins) > 0', 'Give at least one origin, for example { site = { s3 = { bucket = "my-site", region = "eu-west-1" } } }.'],
      [bothKinds, 'Each origin takes exactly one of s3 and custom.'],
    ],
  },
  routes: {
    validations: [
      ['length(var.routes) > 0', 'Give at least one route; [{ path = "/*", allow = ["staff"] }] protects everything.'],
      [
        'alltrue([for route in var.routes : (route.access == "public") != (length(coalesce(route.allow, [])) > 0)])',
        'Each route either names the policies it allows, allow = ["staff"], or says access = "public", and not both.',
      ],
      [routePolicies, 'A route allows a policy that does not exist. Write the policy under policies, or correct its name in allow.'],
    ],
  },
  aliases: { default: '[]' },
  certificate_arn: {
    validations: [
      [
        'var.certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:us-east-1:", var.certificate_arn))',
        'CloudFront takes certificates of us-east-1 only. Request the certificate there and pass its ARN.',
      ],
      [
        'length(var.aliases) == 0 || var.certificate_arn != null',
        'Aliases need a certificate: set certificate_arn to an ACM certificate of us-east-1 that covers them.',
      ],
    ],
  },
  default_origin: {
    description: 'Name of the origin for routes that name none. With a single origin it is that one.',
    validations: [
      [
        'var.default_origin != null || length(var.origins) == 1',
        'With several origins say which one serves routes that name none: default_origin = "<name>".',
      ],
      [
        'var.default_origin == null || contains(keys(var.origins), coalesce(var.default_origin, "-"))',
        'default_origin must be the name of one of the origins.',
      ],
    ],
  },
  identity_headers: {
    default: '{}',
    validations: [
      [
        'alltrue([for name in keys(var.identity_headers) : can(regex("^x-zt-[a-z0-9-]+$", name))])',
        'Identity headers are written in lower case and start with x-zt-, for example { "x-zt-email" = "email" }.',
      ],
    ],
  },
  policies: { default: '{}' },
  price_class: {
    validations: [
      [
        'var.price_class == null || contains(["PriceClass_All", "PriceClass_200", "PriceClass_100"], coalesce(var.price_class, "-"))',
        'Write "PriceClass_All", "PriceClass_200" or "PriceClass_100".',
      ],
    ],
  },
  replica_deletion: {
    default: '"park"',
    validations: [
      [
        'contains(["park", "wait"], var.replica_deletion)',
        'Write "park" to leave replicas for a later apply to reap, or "wait" to wait for them.',
      ],
    ],
  },
  secret_recovery_days: {
    default: '7',
    validations: [
      [
        'var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)',
        'Secrets Manager takes 7 to 30 days, or 0 for deletion at once.',
      ],
    ],
  },
  tags: { default: '{}' },
  viewer_port: { default: '443' },
};
