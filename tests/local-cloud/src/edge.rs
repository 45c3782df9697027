//! The edge as a part of this cloud: what it reads, what it is told, where its origins are.

use std::net::SocketAddr;
use std::path::Path;

use local_cloud_control::{Change, ControlHandle, Observer};
use local_cloud_edge::{EdgeError, EdgeHandle, EdgeOptions};
use tokio::sync::broadcast;

use crate::origin;

/// The way of a change from the control plane to the edge.
pub(crate) fn line() -> (Observer, broadcast::Receiver<local_cloud_edge::Change>) {
    let (sender, receiver) = broadcast::channel(4096);
    let observer = Observer::new(move |change| {
        if let Some(change) = translate(change) {
            // Before the edge is there nobody has to know.
            let _ = sender.send(change);
        }
    });
    (observer, receiver)
}

/// Starts the edge on the side of the control plane that records nothing.
pub(crate) async fn start(
    control: &ControlHandle,
    changes: broadcast::Receiver<local_cloud_edge::Change>,
    state: &Path,
    origin: SocketAddr,
) -> Result<EdgeHandle, EdgeError> {
    let mut options = EdgeOptions::new(control.inside_endpoint(), control.accounts(), Some(changes), state);
    options.origin_addresses.insert(origin::HOST.to_owned(), origin);
    local_cloud_edge::start(options).await
}

/// What a change means at the edge; nothing for services that no distribution refers to.
fn translate(change: Change) -> Option<local_cloud_edge::Change> {
    let account = change.account;
    match change.service.as_str() {
        "cloudfront-keyvaluestore" => change.store.map(|store| local_cloud_edge::Change::Keys {
            account,
            store,
            keys: change.keys,
        }),
        "cloudfront" | "wafv2" | "lambda" | "iam" | "s3" => Some(local_cloud_edge::Change::Configuration { account }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(service: &str, store: Option<&str>, expected: Option<&str>) {
        let told = translate(Change {
            account: "111122223333".to_owned(),
            service: service.to_owned(),
            operation: String::new(),
            object: String::new(),
            store: store.map(str::to_owned),
            keys: vec!["k".to_owned()],
        });
        let told = told.map(|told| match told {
            local_cloud_edge::Change::Configuration { .. } => "configuration".to_owned(),
            local_cloud_edge::Change::Keys { store, keys, .. } => format!("{store} {keys:?}"),
        });
        assert_eq!(told.as_deref(), expected, "{service}");
    }

    #[test]
    fn the_edge_is_told_what_it_serves() {
        check("cloudfront", None, Some("configuration"));
        check("s3", None, Some("configuration"));
        check("cloudfront-keyvaluestore", Some("arn"), Some("arn [\"k\"]"));
        check("secretsmanager", None, None);
    }
}
