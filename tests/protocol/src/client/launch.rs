//! Starting a provider as Terraform does.

use super::{ClientCertificate, Environment};
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// How to start it.
pub struct Launcher {
    program: PathBuf,
    folder: TempDir,
    /// The variables it gets, and no others.
    pub environment: Environment,
}

/// A provider that runs; it is killed when this is dropped.
pub struct Launched {
    /// The process.
    pub child: Child,
    /// What it said on stdout first.
    pub line: String,
    /// The same, understood.
    pub handshake: Handshake,
    stdout: BufReader<std::process::ChildStdout>,
    _folder: TempDir,
}

/// The handshake line.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// All fields, as they came.
    pub fields: Vec<String>,
    /// Where it listens.
    pub socket: PathBuf,
}

impl Launcher {
    /// As Terraform would, without TLS.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket_dir = folder.path().display().to_string();
        let environment = [
            ("TF_PLUGIN_MAGIC_COOKIE", COOKIE),
            ("PLUGIN_PROTOCOL_VERSIONS", "5,6"),
            ("PLUGIN_UNIX_SOCKET_DIR", &socket_dir),
        ];
        let environment = environment
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        Self {
            program: program.into(),
            folder,
            environment,
        }
    }

    /// Sets a variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Takes a variable away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// With mutual TLS.
    #[must_use]
    pub fn tls(self, certificate: &ClientCertificate) -> Self {
        self.with("PLUGIN_CLIENT_CERT", &certificate.pem)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear().envs(&self.environment).stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub fn output(&self) -> Output {
        self.command().output().unwrap()
    }

    /// Starts it and reads the handshake.
    pub fn start(self) -> Launched {
        self.start_with(&[])
    }

    /// The same with arguments.
    pub fn start_with(self, arguments: &[&str]) -> Launched {
        let mut child = self
            .command()
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        if arguments.is_empty() {
            stdout.read_line(&mut line).unwrap();
        } else {
            while !line.contains("TF_REATTACH_PROVIDERS=") {
                assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "it ended: {line}");
            }
        }
        let fields: Vec<String> = line.trim_end().split('|').map(str::to_owned).collect();
        let handshake = Handshake {
            socket: fields.get(3).map(PathBuf::from).unwrap_or_default(),
            fields,
        };
        Launched {
            child,
            line,
            handshake,
            stdout,
            _folder: self.folder,
        }
    }
}

impl Launched {
    /// Waits for the end; what else was said on stdout, and whether it ended well.
    pub fn end(mut self) -> (String, bool) {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        let status = self.child.wait().unwrap();
        (rest, status.success())
    }
}

impl Drop for Launched {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
