//! Rules of IP sets: what an address range is, how many there may be, and the lock token.
//!
//! Facts: WAF API reference, `CreateIPSet`, `UpdateIPSet`, `DeleteIPSet`; developer guide, "Quotas".

use std::net::IpAddr;

use serde_json::{Value, json};

use crate::call::Call;
use crate::directory::Directory;
use crate::gateway::Gateway;
use crate::refusal::Refusal;

const MOST_ADDRESSES: usize = 10_000;

pub(crate) async fn check(gateway: &Gateway, call: &Call, body: &Value) -> Result<(), Refusal> {
    let mut version = body["IPAddressVersion"].clone();
    if call.operation != "CreateIPSet" {
        let ask = json!({"Name": body["Name"], "Id": body["Id"], "Scope": body["Scope"]});
        let found = Directory::new(gateway, &call.account).waf("GetIPSet", &ask).await?;
        if !found.is_null() && found["LockToken"] != body["LockToken"] {
            return Err(Refusal::new(
                400,
                "WAFOptimisticLockException",
                "AWS WAF couldn't save your changes because someone changed the resource after you started to edit it.",
            ));
        }
        version = found["IPSet"]["IPAddressVersion"].clone();
    }
    let addresses: Vec<&str> = body["Addresses"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if addresses.len() > MOST_ADDRESSES {
        return Err(Refusal::new(
            400,
            "WAFLimitsExceededException",
            "The IP set holds more addresses than it may.",
        ));
    }
    match addresses.iter().find(|range| !is_range(range, version == "IPV6")) {
        None => Ok(()),
        Some(range) => Err(super::web_acl::invalid(
            "The IP address is not valid.",
            "IP_ADDRESS",
            range,
        )),
    }
}

/// All CIDR ranges but /0.
fn is_range(text: &str, six: bool) -> bool {
    let Some((address, bits)) = text.split_once('/') else {
        return false;
    };
    let bits: u8 = bits.parse().unwrap_or_default();
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => !six && (1..=32).contains(&bits),
        Ok(IpAddr::V6(_)) => six && (1..=128).contains(&bits),
        Err(_) => false,
    }
}
