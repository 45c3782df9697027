//! What the launcher says through the environment, and whether it is one we serve.
//!
//! The names stand here; the reading is done by the binary, which alone touches the environment.

use std::ffi::OsString;
use std::path::PathBuf;

const COOKIE_VARIABLE: &str = "TF_PLUGIN_MAGIC_COOKIE";
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
/// The one protocol version that is served.
pub(crate) const PROTOCOL: &str = "6";

/// How the provider is started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// What the launcher says.
    pub environment: LaunchEnvironment,
    /// Serve several Terraform commands until interrupted, and print how they find us.
    pub debug: bool,
    /// The provider's source address, for `-debug`.
    pub source: String,
}

/// The launcher's variables.
#[derive(Debug, Clone, Default)]
pub struct LaunchEnvironment {
    cookie: Option<OsString>,
    protocols: Option<OsString>,
    pub(crate) client_certificate: Option<OsString>,
    pub(crate) socket_dir: Option<PathBuf>,
    pub(crate) socket_group: Option<String>,
}

/// Why the launcher is not served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Started by hand.
    #[error(
        "This program is a Terraform provider, a plugin that Terraform starts by itself.\n\
         Name it in a configuration's required_providers and run terraform, or start it with -debug and set the\n\
         variable it then prints."
    )]
    NotALauncher,
    /// A launcher that speaks other versions only.
    #[error(
        "This provider speaks plugin protocol 6 only, and was offered version {0}. Use Terraform 1.8 or later, or \
         OpenTofu."
    )]
    Protocol(String),
}

impl LaunchEnvironment {
    /// Takes the variables from a way to look them up.
    pub fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| lookup(name).filter(|value| !value.is_empty());
        Self {
            cookie: set(COOKIE_VARIABLE),
            protocols: set("PLUGIN_PROTOCOL_VERSIONS"),
            client_certificate: set("PLUGIN_CLIENT_CERT"),
            socket_dir: set("PLUGIN_UNIX_SOCKET_DIR")
                .or_else(|| set("TMPDIR"))
                .map(PathBuf::from),
            socket_group: set("PLUGIN_UNIX_SOCKET_GROUP").map(|value| value.to_string_lossy().into_owned()),
        }
    }

    /// Whether this launcher is served. Launchers that name no versions predate the variable and are tried.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.cookie.as_deref().is_none_or(|cookie| cookie != COOKIE) {
            return Err(Refusal::NotALauncher);
        }
        let Some(offered) = &self.protocols else { return Ok(()) };
        let offered = offered.to_string_lossy();
        if offered.split(',').any(|version| version.trim() == PROTOCOL) {
            return Ok(());
        }
        Err(Refusal::Protocol(offered.into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)]) -> Result<(), Refusal> {
        let lookup = |name: &str| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).into())
        };
        LaunchEnvironment::read(lookup).check()
    }

    #[test]
    fn only_a_launcher_of_protocol_6_is_served() {
        let cookie = (COOKIE_VARIABLE, COOKIE);
        assert_eq!(check(&[]), Err(Refusal::NotALauncher));
        assert_eq!(check(&[(COOKIE_VARIABLE, "other")]), Err(Refusal::NotALauncher));
        assert_eq!(check(&[cookie]), Ok(()));
        assert_eq!(check(&[cookie, ("PLUGIN_PROTOCOL_VERSIONS", "5,6")]), Ok(()));
        let only_5 = check(&[cookie, ("PLUGIN_PROTOCOL_VERSIONS", "5")]);
        assert_eq!(only_5, Err(Refusal::Protocol("5".to_owned())));
    }
}
