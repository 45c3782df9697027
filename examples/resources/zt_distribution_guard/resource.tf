# See examples/attach for the distribution itself.
resource "zt_distribution_guard" "members" {
  distribution_id = aws_cloudfront_distribution.members.id
  edge_auth       = zt_edge_auth.members

  # Looks again in every apply that changes how requests are served.
  triggers = {
    default_behavior      = jsonencode(aws_cloudfront_distribution.members.default_cache_behavior)
    behaviors             = jsonencode(aws_cloudfront_distribution.members.ordered_cache_behavior)
    continuous_deployment = jsonencode(aws_cloudfront_distribution.members.continuous_deployment_policy_id)
    errors                = jsonencode(aws_cloudfront_distribution.members.custom_error_response)
    logging               = jsonencode(aws_cloudfront_distribution.members.logging_config)
    root_object           = jsonencode(aws_cloudfront_distribution.members.default_root_object)
  }
}
