locals {
  # With one origin there is nothing to choose.
  default_origin = coalesce(var.default_origin, one(slice(sort(keys(var.origins)), 0, min(1, length(var.origins)))))
}
