//! The Unix socket: in a folder of its own that nobody else may enter.

use crate::launch::LaunchEnvironment;
use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::net::UnixListener;

/// The longest path the operating systems take for a socket.
const MAX_PATH: usize = 103;

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SocketError {
    #[error("making the socket folder under {0}")]
    Folder(PathBuf, #[source] std::io::Error),
    #[error("the socket path {0} is longer than {MAX_PATH} bytes; set TMPDIR to a shorter folder")]
    TooLong(PathBuf),
    #[error("listening on {0}")]
    Listen(PathBuf, #[source] std::io::Error),
    #[error("there is no group {0:?}")]
    NoGroup(String),
    #[error("giving the socket to group {0:?}")]
    Group(String, #[source] std::io::Error),
}

/// A listening socket; its folder goes when this is dropped.
pub(crate) struct Socket {
    pub(crate) listener: UnixListener,
    pub(crate) path: PathBuf,
    pub(crate) folder: TempDir,
}

/// Listens in a new folder.
pub(crate) fn listen(environment: &LaunchEnvironment) -> Result<Socket, SocketError> {
    let base = environment.socket_dir.clone().unwrap_or_else(|| PathBuf::from("/tmp"));
    // A random name: after a SIGKILL the folder stays behind, and a process id may come again.
    let folder = tempfile::Builder::new()
        .prefix("plugin-")
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(&base)
        .map_err(|error| SocketError::Folder(base, error))?;
    let path = folder.path().join("socket");
    if path.as_os_str().len() > MAX_PATH {
        return Err(SocketError::TooLong(path));
    }
    let listener = UnixListener::bind(&path).map_err(|error| SocketError::Listen(path.clone(), error))?;
    if let Some(group) = &environment.socket_group {
        share(group, folder.path(), &path)?;
    }
    Ok(Socket { listener, path, folder })
}

/// Lets one group in, as the launcher asked.
fn share(group: &str, folder: &Path, socket: &Path) -> Result<(), SocketError> {
    let id = group_id(group).ok_or_else(|| SocketError::NoGroup(group.to_owned()))?;
    let give = |path: &Path, mode: u32| {
        chown(path, None, Some(id)).and_then(|()| std::fs::set_permissions(path, Permissions::from_mode(mode)))
    };
    // The folder last: until then nobody else can reach the socket.
    give(socket, 0o660)
        .and_then(|()| give(folder, 0o750))
        .map_err(|error| SocketError::Group(group.to_owned(), error))
}

fn group_id(group: &str) -> Option<u32> {
    if let Ok(id) = group.parse() {
        return Some(id);
    }
    let groups = std::fs::read_to_string("/etc/group").ok()?;
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(group))
            .then(|| fields.nth(1)?.parse().ok())
            .flatten()
    })
}
