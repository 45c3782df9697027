//! Writes a filesystem mirror with the built provider into the folder given, and prints the CLI configuration's path.
#![allow(clippy::print_stdout)]

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/mirror".to_owned());
    let folder = std::path::absolute(&folder).unwrap_or_else(|_| folder.into());
    println!("{}", zt_e2e::mirror::write(&folder).display());
}
