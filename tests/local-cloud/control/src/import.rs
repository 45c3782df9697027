//! `ImportSource` of a new KeyValueStore: pairs from a JSON object in S3.
//!
//! Facts: CloudFront Developer Guide, "Create a file of key-value pairs": `{"data":[{"key":"k","value":"v"}]}`, at most 5 MB.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::call::Call;
use crate::directory::Directory;
use crate::effects::forget_data;
use crate::gateway::Gateway;
use crate::http_message::{Incoming, encode};
use crate::objects::element;
use crate::refusal::Refusal;
use crate::store_data::{self, STORE_LIMIT};
use crate::stores::Stores;
use crate::upstream::OwnCall;

/// The pairs that a create names, read and judged; `None` without an import source.
pub(crate) async fn pairs(
    gateway: &Gateway,
    call: &Call,
    request: &Incoming,
) -> Result<Option<BTreeMap<String, String>>, Refusal> {
    let invalid = |message: &str| Refusal::new(400, "InvalidArgument", message);
    let Some(arn) = element(request.text(), "SourceARN") else {
        return Ok(None);
    };
    let path = arn
        .strip_prefix("arn:aws:s3:::")
        .ok_or_else(|| invalid("The source ARN is not that of an S3 object."))?;
    let target = format!("/{}", path.split('/').map(encode).collect::<Vec<_>>().join("/"));
    let answer = Directory::new(gateway, &call.account)
        .ask(OwnCall::get(&call.account, "s3", target))
        .await?;
    if !answer.status.is_success() {
        return Err(invalid("The import source cannot be read."));
    }
    if answer.body.len() > STORE_LIMIT {
        return Err(Refusal::new(
            413,
            "EntitySizeLimitExceeded",
            "The import source is larger than 5 MB.",
        ));
    }
    let file: Value = serde_json::from_slice(&answer.body).map_err(|_| invalid("The import source is not JSON."))?;
    let list = file["data"]
        .as_array()
        .ok_or_else(|| invalid("The import source has no data."))?;
    let mut pairs = BTreeMap::new();
    for item in list {
        let (Some(key), Some(value)) = (item["key"].as_str(), item["value"].as_str()) else {
            return Err(invalid("A pair of the import source lacks key or value."));
        };
        if key.is_empty()
            || key.len() > 512
            || value.len() > 1024
            || pairs.insert(key.to_owned(), value.to_owned()).is_some()
        {
            return Err(invalid("A pair of the import source is too long or occurs twice."));
        }
    }
    Ok(Some(pairs))
}

/// Fills a store that was just created.
pub(crate) async fn take(gateway: &Gateway, call: &Call, request: &Incoming, name: &str) {
    forget_data(gateway, call, name).await;
    // Judged before the create; what could fail now would show as missing pairs.
    if let Ok(Some(pairs)) = pairs(gateway, call, request).await {
        let arn = Stores::inner_arn(&call.account, name);
        let _ = store_data::write(gateway, &call.account, &arn, (&pairs, &[])).await;
    }
}
