//! The deployment package of a function, unpacked once.

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

/// The package is not usable.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackageError {
    #[error("the package is no zip: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("the package could not be unpacked: {0}")]
    Write(#[from] std::io::Error),
    #[error("the package holds a path outside itself")]
    Outside,
    #[error("the package has more than 50 MB")]
    TooLarge,
}

/// Unpacks into a fresh directory below `state_dir`, whose name starts with `name`.
pub(crate) fn unpack(state_dir: &Path, zip: &[u8], name: &str) -> Result<PathBuf, PackageError> {
    if zip.len() > 50 * 1024 * 1024 {
        return Err(PackageError::TooLarge);
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(zip))?;
    let parent = state_dir.join("lambda");
    std::fs::create_dir_all(&parent)?;
    let directory = (0..)
        .map(|i| parent.join(format!("{name}-{i}")))
        .find(|d| !d.exists())
        .ok_or(PackageError::Outside)?;
    std::fs::create_dir(&directory)?;
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i)?;
        let path = directory.join(entry.enclosed_name().ok_or(PackageError::Outside)?);
        if entry.is_dir() {
            std::fs::create_dir_all(path)?;
            continue;
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        std::fs::write(path, bytes)?;
    }
    Ok(directory)
}
