# The gateway in one account, the names in a second, the files in a third. Each has a role that whoever runs Terraform may assume.

provider "zt" {
  region              = var.region
  allowed_account_ids = [var.accounts.edge]

  assume_role {
    role_arn = "arn:aws:iam::${var.accounts.edge}:role/${var.role}"
  }
}

provider "aws" {
  alias               = "edge"
  region              = "us-east-1"
  allowed_account_ids = [var.accounts.edge]

  assume_role {
    role_arn = "arn:aws:iam::${var.accounts.edge}:role/${var.role}"
  }
}

provider "aws" {
  alias               = "dns"
  region              = "us-east-1"
  allowed_account_ids = [var.accounts.dns]

  assume_role {
    role_arn = "arn:aws:iam::${var.accounts.dns}:role/${var.role}"
  }
}

provider "aws" {
  alias               = "content"
  region              = var.region
  allowed_account_ids = [var.accounts.content]

  assume_role {
    role_arn = "arn:aws:iam::${var.accounts.content}:role/${var.role}"
  }
}

resource "zt_session_store" "main" {
  name = "main"
}

# The certificate lies beside the distribution; what proves it, and what leads to it, in the account of the zone.
module "dns" {
  source    = "../../modules/dns"
  providers = { aws.certificates = aws.edge, aws.dns = aws.dns }

  hosts        = { (var.host) = { zone_id = var.zone_id } }
  distribution = module.members
}

# The bucket's policy is written in its own account, from the statement that names this one distribution.
module "files" {
  source    = "../../modules/static-site"
  providers = { aws = aws.content }

  bucket                 = var.bucket
  region                 = var.region
  application_statements = { members = module.members.origin_bucket_policies["site"] }
}

module "members" {
  source = "../../modules/oidc"

  name            = "members"
  session_store   = zt_session_store.main.session_store
  aliases         = module.dns.aliases
  certificate_arn = module.dns.certificate_arn
  issuer          = var.issuer
  client_id       = var.client_id

  policies = { staff = { any = [{ groups = ["staff"] }] } }
  routes   = [{ path = "/*", allow = ["staff"] }]
  origins  = { site = module.files.origin }
}
