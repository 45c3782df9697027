//! The file itself: found, read line by line, and held against the digest that the configuration names.

use std::io::{BufRead, BufReader, Read};
use std::path::Path as FilePath;

use aws_lc_rs::digest;
use zt_framework::{Diagnostic, Path, Value};

use super::entries::{Entries, Reader};

/// The greatest file that is read: a hundred thousand lines of some 600 bytes.
const MOST_BYTES: u64 = 64 << 20;

/// Which file a revocation names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RevocationFile {
    pub(crate) path: String,
    pub(crate) sha256: String,
}

/// What became of reading a file.
pub(crate) enum Loaded {
    /// It has the digest and could be read.
    Entries(Entries),
    /// It is not there, or cannot be opened.
    Absent(Diagnostic),
    /// It has another digest, or a line that cannot be read.
    Wrong(Diagnostic),
}

impl Loaded {
    /// The entries, or what to tell the user.
    pub(crate) fn needed(self) -> Result<Entries, Diagnostic> {
        match self {
            Self::Entries(entries) => Ok(entries),
            Self::Absent(diagnostic) | Self::Wrong(diagnostic) => Err(diagnostic),
        }
    }
}

impl RevocationFile {
    /// The file that a wholly known object names, if it names one.
    pub(crate) fn of(object: &Value) -> Option<Self> {
        Some(Self {
            path: object.get("file").as_str()?.to_owned(),
            sha256: object.get("file_sha256").as_str()?.to_owned(),
        })
    }

    /// Reads it, away from the tasks that answer Terraform.
    pub(crate) async fn load(&self) -> Loaded {
        let file = self.clone();
        let read = tokio::task::spawn_blocking(move || file.read());
        read.await
            .unwrap_or_else(|error| Loaded::Absent(self.unreadable(&error.to_string())))
    }

    fn read(&self) -> Loaded {
        let path = FilePath::new(&self.path);
        // Looked at before it is opened: the opening of a pipe waits for somebody who writes it.
        let file = match std::fs::metadata(path) {
            Ok(metadata) if !metadata.is_file() => return Loaded::Absent(self.unreadable("it is no file")),
            Ok(metadata) if metadata.len() > MOST_BYTES => {
                return Loaded::Wrong(self.unreadable("it is larger than 64 MiB"));
            }
            Ok(_) => std::fs::File::open(path),
            Err(error) => Err(error),
        };
        let mut source = match file {
            Ok(file) => BufReader::new(file.take(MOST_BYTES)),
            Err(error) => return Loaded::Absent(self.unreadable(&error.to_string())),
        };
        let (mut hash, mut reader) = (digest::Context::new(&digest::SHA256), Reader::default());
        let (mut line, mut fault) = (Vec::new(), None);
        loop {
            line.clear();
            match source.read_until(b'\n', &mut line) {
                Ok(0) => break,
                Ok(_) => hash.update(&line),
                Err(error) => return Loaded::Absent(self.unreadable(&error.to_string())),
            }
            if fault.is_none() {
                fault = reader.take(&line).err();
            }
        }
        let found = hexadecimal(hash.finish().as_ref());
        if found != self.sha256 {
            return Loaded::Wrong(self.changed(&found));
        }
        match fault.map_or_else(|| reader.end(), Err) {
            Ok(entries) => Loaded::Entries(entries),
            Err(fault) => Loaded::Wrong(
                Diagnostic::error(
                    "The revocation file cannot be read",
                    format!(
                        "{path}, {fault}. Each line names one user or session: as JSON such as \
                         {{\"issuer\": \"https://…\", \"subject\": \"…\"}} or {{\"session\": \"…\"}}, or as CSV below a header \
                         such as issuer,subject. Nothing of the file is applied while a line is wrong.",
                        path = self.path,
                    ),
                )
                .at(Path::root().attribute("file")),
            ),
        }
    }

    fn unreadable(&self, why: &str) -> Diagnostic {
        Diagnostic::error(
            "The revocation file cannot be read",
            format!(
                "{}: {why}. Write a path that exists where Terraform runs, such as \"${{path.module}}/leavers.csv\".",
                self.path
            ),
        )
        .at(Path::root().attribute("file"))
    }

    fn changed(&self, found: &str) -> Diagnostic {
        Diagnostic::error(
            "The revocation file is not the one that was meant",
            format!(
                "The SHA-256 of {path} is {found}. What is applied has to be what was planned, so write file_sha256 = \
                 filesha256(\"{path}\"), or plan again if the file changed since.",
                path = self.path
            ),
        )
        .at(Path::root().attribute("file_sha256"))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &FilePath) -> String {
        let file = RevocationFile {
            path: path.display().to_string(),
            sha256: "0".repeat(64),
        };
        match file.read() {
            Loaded::Entries(_) => "it was read".to_owned(),
            Loaded::Absent(diagnostic) | Loaded::Wrong(diagnostic) => diagnostic.detail,
        }
    }

    /// The opening of a pipe that nobody writes would wait for ever, and Terraform with it.
    #[test]
    fn what_is_no_file_is_told_at_once() {
        let folder = std::env::temp_dir().join(format!("zt-no-file-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let pipe = folder.join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        for path in [&folder, &pipe] {
            let told = told(path);
            assert!(told.contains("it is no file"), "{told}");
        }
        assert!(told(&folder.join("nothing")).contains("No such file"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
