//! What must be on the machine before anything starts: the Python environment.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

/// Why the environment is not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    #[error("cannot run tests/local-cloud/setup.sh")]
    Run(#[source] std::io::Error),
    #[error("tests/local-cloud/setup.sh failed ({0})")]
    Failed(std::process::ExitStatus),
}

/// The directory of this package's sources, which hold the scripts that are run.
pub(crate) fn sources() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Makes the environment if it is missing or stale, and says where it is.
pub(crate) async fn python_environment() -> Result<PathBuf, SetupError> {
    let status = Command::new("sh")
        .arg(sources().join("setup.sh"))
        .stdin(Stdio::null())
        // Standard output carries the one line that says `ready`.
        .stdout(std::io::stderr())
        .status()
        .await
        .map_err(SetupError::Run)?;
    if !status.success() {
        return Err(SetupError::Failed(status));
    }
    Ok(sources().join("../../target/venv-local-cloud"))
}
