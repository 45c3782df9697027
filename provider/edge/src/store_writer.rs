//! The store writer as Lambda takes it: its bundle, and a configuration that says which store and where dead letters go.

use serde::Serialize;

use crate::archive::{ArchiveError, code_sha256, packed};
use crate::bundle::STORE_WRITER_BUNDLE;

/// `config.json` of the store writer. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoreWriterConfig {
    /// Name of the store, for log lines and metrics.
    pub store: String,
    /// ARN of the KeyValueStore.
    pub arn: String,
    /// Region of the queues.
    pub region: String,
    /// Where messages go that nobody can carry out.
    pub dead_letter_queue_url: String,
    /// Endpoint of the KeyValueStore, where it is not AWS's own.
    pub keyvaluestore_endpoint: Option<String>,
    /// Endpoint of SQS, where it is not AWS's own.
    pub sqs_endpoint: Option<String>,
}

/// A zip for CreateFunction or UpdateFunctionCode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreWriterArchive {
    bytes: Vec<u8>,
}

#[derive(Serialize)]
struct Versioned<'a> {
    v: u64,
    #[serde(flatten)]
    config: &'a StoreWriterConfig,
}

impl StoreWriterArchive {
    /// Packs the shipped bundle with a configuration; the same input gives the same bytes.
    ///
    /// # Errors
    /// When packing fails.
    pub fn pack(config: &StoreWriterConfig) -> Result<Self, ArchiveError> {
        let json = serde_json::to_string(&Versioned { v: 1, config }).map_err(ArchiveError::Config)?;
        Ok(Self {
            bytes: packed(STORE_WRITER_BUNDLE, &json)?,
        })
    }

    /// The zip.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the zip in base64, as Lambda reports it.
    #[must_use]
    pub fn code_sha256(&self) -> String {
        code_sha256(&self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Read};
    use zip::ZipArchive;

    fn config() -> StoreWriterConfig {
        StoreWriterConfig {
            store: "main".to_owned(),
            arn: "arn:aws:cloudfront::123456789012:key-value-store/x".to_owned(),
            region: "eu-central-1".to_owned(),
            dead_letter_queue_url: "https://sqs.eu-central-1.amazonaws.com/123456789012/d.fifo".to_owned(),
            keyvaluestore_endpoint: None,
            sqs_endpoint: None,
        }
    }

    #[test]
    fn the_zip_holds_the_bundle_and_the_names_that_it_reads() {
        let archive = StoreWriterArchive::pack(&config()).unwrap();
        let mut zip = ZipArchive::new(Cursor::new(archive.bytes())).unwrap();
        let mut read = |name: &str| {
            let mut text = String::new();
            zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        assert_eq!(read("index.mjs").as_bytes(), STORE_WRITER_BUNDLE);
        let json: serde_json::Value = serde_json::from_str(&read("config.json")).unwrap();
        let members = json.as_object().unwrap();
        let bundle = read("index.mjs");
        for name in members.keys().filter(|name| *name != "v") {
            assert!(bundle.contains(&format!("\"{name}\"")), "{name}");
        }
        assert_eq!(json["v"], 1);
    }

    #[test]
    fn the_same_input_gives_the_same_bytes() {
        let one = StoreWriterArchive::pack(&config()).unwrap();
        assert_eq!(one, StoreWriterArchive::pack(&config()).unwrap());
        let other = StoreWriterConfig {
            region: "eu-west-1".to_owned(),
            ..config()
        };
        assert_ne!(
            one.code_sha256(),
            StoreWriterArchive::pack(&other).unwrap().code_sha256()
        );
    }
}
