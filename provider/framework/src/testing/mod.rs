//! Terraform core's own rules, played in process.
