//! The content of a KeyValueStore, read and written in ministack by the proxy itself.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};

use crate::directory::Directory;
use crate::gateway::Gateway;
use crate::http_message::encode;
use crate::refusal::Refusal;
use crate::upstream::OwnCall;

/// The largest a store may be.
pub(crate) const STORE_LIMIT: usize = 5 * 1024 * 1024;

const SERVICE: &str = "cloudfront-keyvaluestore";

/// Number of pairs, and bytes of keys and values.
pub(crate) async fn size(gateway: &Gateway, account: &str, arn: &str) -> Result<(usize, usize), Refusal> {
    let (described, _) = describe(gateway, account, arn).await?;
    let number = |name: &str| usize::try_from(described[name].as_u64().unwrap_or(0)).unwrap_or(usize::MAX);
    Ok((number("ItemCount"), number("TotalSizeInBytes")))
}

/// The description of the data, and its ETag.
pub(crate) async fn describe(gateway: &Gateway, account: &str, arn: &str) -> Result<(Value, String), Refusal> {
    let target = format!("/key-value-stores/{}", encode(arn));
    let answer = Directory::new(gateway, account)
        .ask(OwnCall::get(account, SERVICE, target))
        .await?;
    Ok((answer.as_json(), answer.header("etag").to_owned()))
}

/// One value.
pub(crate) async fn value(gateway: &Gateway, account: &str, arn: &str, key: &str) -> Result<Option<String>, Refusal> {
    let target = format!("/key-value-stores/{}/keys/{}", encode(arn), encode(key));
    let answer = Directory::new(gateway, account)
        .ask(OwnCall::get(account, SERVICE, target))
        .await?;
    match answer.status.as_u16() {
        200 => Ok(answer.as_json()["Value"].as_str().map(str::to_owned)),
        404 => Ok(None),
        status => Err(Refusal::new(
            status,
            "InternalServerException",
            "The store could not be read.",
        )),
    }
}

/// All pairs.
pub(crate) async fn pairs(gateway: &Gateway, account: &str, arn: &str) -> Result<BTreeMap<String, String>, Refusal> {
    let directory = Directory::new(gateway, account);
    let mut pairs = BTreeMap::new();
    let mut token = String::new();
    loop {
        let target = format!("/key-value-stores/{}/keys?MaxResults=50{token}", encode(arn));
        let page = directory.ask(OwnCall::get(account, SERVICE, target)).await?.as_json();
        for item in page["Items"].as_array().into_iter().flatten() {
            if let (Some(key), Some(value)) = (item["Key"].as_str(), item["Value"].as_str()) {
                pairs.insert(key.to_owned(), value.to_owned());
            }
        }
        match page["NextToken"].as_str() {
            Some(next) => token = format!("&NextToken={}", encode(next)),
            None => return Ok(pairs),
        }
    }
}

/// Puts and deletes in one go, whatever their number.
pub(crate) async fn write(
    gateway: &Gateway,
    account: &str,
    arn: &str,
    (puts, deletes): (&BTreeMap<String, String>, &[String]),
) -> Result<(), Refusal> {
    if puts.is_empty() && deletes.is_empty() {
        return Ok(());
    }
    let (_, etag) = describe(gateway, account, arn).await?;
    let puts: Vec<Value> = puts
        .iter()
        .map(|(key, value)| json!({"Key": key, "Value": value}))
        .collect();
    let deletes: Vec<Value> = deletes.iter().map(|key| json!({"Key": key})).collect();
    let call = OwnCall {
        method: Method::POST,
        headers: vec![("if-match", etag), ("content-type", "application/json".to_owned())],
        body: Bytes::from(json!({"Puts": puts, "Deletes": deletes}).to_string()),
        ..OwnCall::get(account, SERVICE, format!("/key-value-stores/{}/keys", encode(arn)))
    };
    let answer = Directory::new(gateway, account).ask(call).await?;
    match answer.status.is_success() {
        true => Ok(()),
        false => Err(Refusal::new(500, "InternalServerException", answer.text())),
    }
}

/// Empties a store that was deleted: ministack keeps the data by name, and a new store must start empty.
pub(crate) async fn wipe(gateway: &Gateway, account: &str, arn: &str) -> Result<(), Refusal> {
    let keys: Vec<String> = pairs(gateway, account, arn).await?.into_keys().collect();
    write(gateway, account, arn, (&BTreeMap::new(), &keys)).await
}
