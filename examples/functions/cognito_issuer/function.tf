output "issuer" {
  value = provider::zt::cognito_issuer("eu-west-1", "eu-west-1_AbCdEf123")
}
