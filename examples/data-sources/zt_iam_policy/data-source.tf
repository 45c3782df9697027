data "zt_iam_policy" "terraform" {
  session_stores    = ["main"]
  revocation_stores = ["main"]
  applications = [{
    session_store   = "main"
    name            = "members"
    managed_buckets = ["members-site"]
  }]
}

# Each document fits into one managed policy of the role that runs Terraform.
output "policies" {
  value = data.zt_iam_policy.terraform.documents
}
