//! Log lines as Terraform reads them: hclog's JSON on stderr.
//!
//! Levels come from the variables every provider obeys. What looks like a secret is taken out of each line, by the
//! name of its field or by its form, whoever wrote it; libraries speak only from WARN up, since what they say below
//! includes whole requests.

mod layer;
mod redact;

use std::ffi::OsString;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;

/// What is logged, and what never is.
#[derive(Debug, Clone)]
pub struct LogSettings {
    level: LevelFilter,
    module: String,
    /// Beginnings of tokens that are secrets, beside those known here.
    secret_prefixes: &'static [&'static str],
}

/// There is a logger already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("logging was set up before")]
pub struct AlreadyLogging;

impl LogSettings {
    /// Takes the levels from a way to look up variables: the provider's own, all providers', Terraform's.
    pub fn read(name: &str, lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let own = format!("TF_LOG_PROVIDER_{}", name.to_uppercase().replace('-', "_"));
        let set = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let level = set(&own).or_else(|| set("TF_LOG_PROVIDER")).or_else(|| set("TF_LOG"));
        Self {
            level: level.map_or(LevelFilter::OFF, |value| parse(&value.to_string_lossy())),
            module: name.to_owned(),
            secret_prefixes: &[],
        }
    }

    /// Names beginnings of tokens that are secrets.
    #[must_use]
    pub fn secret_prefixes(mut self, prefixes: &'static [&'static str]) -> Self {
        self.secret_prefixes = prefixes;
        self
    }
}

fn parse(level: &str) -> LevelFilter {
    match level.to_uppercase().as_str() {
        "OFF" => LevelFilter::OFF,
        "ERROR" => LevelFilter::ERROR,
        "WARN" => LevelFilter::WARN,
        "INFO" => LevelFilter::INFO,
        "DEBUG" => LevelFilter::DEBUG,
        // Terraform, too, takes JSON and whatever it does not know for the most talkative level.
        _ => LevelFilter::TRACE,
    }
}

/// Logs from now on.
pub fn init(settings: LogSettings) -> Result<(), AlreadyLogging> {
    let layer = layer::HclogLayer::new(settings, std::io::stderr);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer)).map_err(|_| AlreadyLogging)
}
