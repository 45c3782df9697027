//! One JSON line an event.

use super::LogSettings;
use super::redact::Redactor;
use serde_json::{Map, Value as Json};
use std::fmt;
use std::io::Write;
use time::OffsetDateTime;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// Targets of our own crates; all others are libraries.
const OURS: [&str; 2] = ["zt", "terraform_provider_zt"];

/// Writes events as hclog does.
pub(super) struct HclogLayer<O> {
    settings: LogSettings,
    redactor: Redactor,
    output: O,
}

impl<O> HclogLayer<O> {
    pub(super) fn new(settings: LogSettings, output: O) -> Self {
        Self {
            redactor: Redactor::new(settings.secret_prefixes),
            settings,
            output,
        }
    }

    fn wanted(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        let ours = OURS.iter().any(|name| target.starts_with(name));
        let limit = if ours {
            self.settings.level
        } else {
            self.settings.level.min(LevelFilter::WARN)
        };
        *metadata.level() <= limit
    }

    fn line(&self, event: &Event<'_>, now: OffsetDateTime) -> Json {
        let mut fields = Fields {
            redactor: &self.redactor,
            members: Map::new(),
        };
        event.record(&mut fields);
        let mut members = fields.members;
        let message = members.remove("message").unwrap_or_else(|| "".into());
        members.insert("@message".to_owned(), message);
        members.insert("@level".to_owned(), level(*event.metadata().level()).into());
        let module = format!(
            "{}.{}",
            self.settings.module,
            event.metadata().target().replace("::", ".")
        );
        members.insert("@module".to_owned(), module.into());
        members.insert("@timestamp".to_owned(), timestamp(now).into());
        Json::Object(members)
    }
}

impl<S: Subscriber, W: Write + 'static, O: Fn() -> W + 'static> Layer<S> for HclogLayer<O> {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.wanted(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.settings.level)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let line = format!("{}\n", self.line(event, OffsetDateTime::now_utc()));
        // In one write, so that lines of several threads do not mix; without stderr there is nobody to tell.
        let _ = (self.output)().write_all(line.as_bytes());
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// Exactly six digits of a second: go-plugin takes a line with any other number for plain text.
fn timestamp(now: OffsetDateTime) -> String {
    let (date, time) = (now.date(), now.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.microsecond(),
    )
}

struct Fields<'layer> {
    redactor: &'layer Redactor,
    members: Map<String, Json>,
}

impl Fields<'_> {
    fn text(&mut self, field: &Field, text: &str) {
        let clean = self.redactor.clean(field.name(), text);
        self.members.insert(field.name().to_owned(), clean.into());
    }

    fn plain(&mut self, field: &Field, value: Json) {
        let value = if self.redactor.is_secret_name(field.name()) {
            super::redact::HIDDEN.into()
        } else {
            value
        };
        self.members.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.plain(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.plain(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.plain(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.plain(field, value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::layer::SubscriberExt;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// The lines that some logging leaves at a level given by variables.
    fn check(variables: &[(&str, &str)], log: impl FnOnce()) -> Vec<Json> {
        let lookup = |name: &str| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).into())
        };
        let settings = LogSettings::read("zt", lookup).secret_prefixes(&["s1."]);
        let sink = Sink::default();
        let output = sink.clone();
        let layer = HclogLayer::new(settings, move || output.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), log);
        let bytes = sink.0.lock().unwrap().clone();
        String::from_utf8(bytes)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_line_is_what_hclog_writes() {
        let lines = check(&[("TF_LOG", "INFO")], || {
            tracing::info!(store = "main", writes = 3, "written")
        });
        let line = lines[0].as_object().unwrap();
        assert_eq!(line["@level"], "info");
        assert_eq!(line["@message"], "written");
        assert_eq!(line["store"], "main");
        assert_eq!(line["writes"], 3);
        let stamp = line["@timestamp"].as_str().unwrap();
        assert_eq!(stamp.len(), "2026-01-02T03:04:05.123456Z".len(), "{stamp}");
        let exact = timestamp(time::macros::datetime!(2026-01-02 03:04:05.000120 UTC));
        assert_eq!(exact, "2026-01-02T03:04:05.000120Z");
    }

    #[test]
    fn the_most_particular_variable_decides() {
        let counted = |variables: &[(&str, &str)]| {
            check(variables, || {
                tracing::error!("e");
                tracing::debug!("d");
                tracing::debug!(target: "hyper", "library");
                tracing::warn!(target: "hyper", "library");
            })
            .len()
        };
        assert_eq!(counted(&[]), 0);
        assert_eq!(counted(&[("TF_LOG", "error")]), 1);
        assert_eq!(counted(&[("TF_LOG", "trace")]), 3);
        assert_eq!(counted(&[("TF_LOG", "TRACE"), ("TF_LOG_PROVIDER", "ERROR")]), 1);
        assert_eq!(
            counted(&[("TF_LOG_PROVIDER", "ERROR"), ("TF_LOG_PROVIDER_ZT", "DEBUG")]),
            3
        );
        assert_eq!(counted(&[("TF_LOG", "TRACE"), ("TF_LOG_PROVIDER_ZT", "OFF")]), 0);
    }

    #[test]
    fn secrets_do_not_reach_a_line() {
        let lines = check(&[("TF_LOG", "TRACE")], || {
            tracing::info!(
                client_secret = "swordfish",
                "sent Authorization: Bearer swordfish to the origin"
            );
            tracing::info!(
                session = "s1.k.swordfish",
                url = "https://x/?a=1&X-Amz-Signature=swordfish&b=2",
                "m"
            );
            tracing::info!(secret_number = 1234567890_u64, "numbers too");
        });
        let text = serde_json::to_string(&lines).unwrap();
        assert!(!text.contains("swordfish") && !text.contains("1234567890"), "{text}");
        assert!(text.contains("a=1") && text.contains("b=2"), "{text}");
    }
}
