//! Compiles our definition of the protocol without `protoc`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=definition");
    let definition = protox::compile(["tfplugin6.proto", "goplugin.proto"], ["definition"])?;
    tonic_prost_build::configure()
        // Ordered maps make answers the same bytes every time.
        .btree_map(".")
        .build_client(std::env::var_os("CARGO_FEATURE_CLIENT").is_some())
        .generate_default_stubs(true)
        .compile_fds(definition)?;
    Ok(())
}
