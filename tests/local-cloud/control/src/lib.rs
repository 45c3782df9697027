//! local-cloud-control
