//! local-cloud-edge
