//! Generated code for Terraform's plugin protocol 6 and go-plugin's own services.
//!
//! A crate of its own because the generated code is large and changes rarely. It holds no logic.

#![allow(unreachable_pub, rust_2018_idioms, clippy::all)]

/// Terraform's plugin protocol 6.
pub mod tfplugin6 {
    tonic::include_proto!("tfplugin6");
}

/// What go-plugin demands of every plugin.
pub mod goplugin {
    tonic::include_proto!("plugin");
}
