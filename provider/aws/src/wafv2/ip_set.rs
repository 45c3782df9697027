//! IP sets: the address ranges that rules name.

use std::collections::BTreeSet;

use aws_sdk_wafv2::types as sdk;

use super::{SCOPE, SPREADS, Wafv2, sdk_tags};
use crate::error::{ErrorKind, Result};
use crate::retry::repeat_while;
use crate::tags::Tags;

/// The settings of an IP set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IpSetConfig {
    /// Its name.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Of which version all its addresses are.
    pub version: IpVersion,
    /// Ranges in CIDR notation.
    pub addresses: BTreeSet<String>,
}

/// A version of the Internet Protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IpVersion {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// An IP set as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IpSet {
    /// Its id.
    pub id: String,
    /// Its ARN, which rules name.
    pub arn: String,
    /// Its settings.
    pub config: IpSetConfig,
    /// Its version.
    pub lock_token: String,
}

/// An IP set in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IpSetSummary {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Free text.
    pub description: String,
}

impl Wafv2 {
    /// Creates an IP set with its tags and yields its ARN.
    ///
    /// # Errors
    /// `Exists` when the name is taken.
    pub async fn create_ip_set(&self, config: &IpSetConfig, tags: &Tags) -> Result<String> {
        const OPERATION: &str = "CreateIPSet";
        let name = config.name.as_str();
        let tags = sdk_tags(tags).map_err(self.caller.unbuilt(OPERATION, name))?;
        let version = match config.version {
            IpVersion::V4 => sdk::IpAddressVersion::Ipv4,
            IpVersion::V6 => sdk::IpAddressVersion::Ipv6,
        };
        let request = self
            .client
            .create_ip_set()
            .name(name)
            .scope(SCOPE)
            .description(&config.description)
            .ip_address_version(version)
            .set_addresses(Some(config.addresses.iter().cloned().collect()))
            .set_tags(Some(tags).filter(|tags| !tags.is_empty()))
            .send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        let arn = answer.summary.and_then(|summary| summary.arn);
        arn.ok_or_else(|| self.caller.incomplete(OPERATION, name))
    }

    /// Reads an IP set by name and id.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn ip_set(&self, name: &str, id: &str) -> Result<IpSet> {
        const OPERATION: &str = "GetIPSet";
        let request = self.client.get_ip_set().name(name).id(id).scope(SCOPE).send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        let incomplete = || self.caller.incomplete(OPERATION, name);
        let found = answer.ip_set.ok_or_else(incomplete)?;
        let version = match found.ip_address_version {
            sdk::IpAddressVersion::Ipv6 => IpVersion::V6,
            _ => IpVersion::V4,
        };
        Ok(IpSet {
            id: found.id,
            arn: found.arn,
            config: IpSetConfig {
                name: found.name,
                description: found.description.unwrap_or_default(),
                version,
                addresses: found.addresses.into_iter().collect(),
            },
            lock_token: answer.lock_token.ok_or_else(incomplete)?,
        })
    }

    /// All IP sets of CloudFront's scope.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn ip_sets(&self) -> Result<Vec<IpSetSummary>> {
        let mut all = Vec::new();
        let mut marker = None;
        loop {
            let request = self.client.list_ip_sets().scope(SCOPE).limit(100);
            let request = request.set_next_marker(marker).send();
            let answer = self.caller.call("ListIPSets", "", request).await?;
            let sets = answer.ip_sets.unwrap_or_default();
            let last_page = sets.is_empty();
            all.extend(sets.into_iter().filter_map(|set| {
                Some(IpSetSummary {
                    name: set.name?,
                    id: set.id?,
                    arn: set.arn?,
                    description: set.description.unwrap_or_default(),
                })
            }));
            marker = answer.next_marker.filter(|marker| !marker.is_empty());
            if marker.is_none() || last_page {
                return Ok(all);
            }
        }
    }

    /// Replaces the addresses and the description.
    ///
    /// # Errors
    /// `Conflict` when the lock token is stale.
    pub async fn update_ip_set(&self, id: &str, lock_token: &str, config: &IpSetConfig) -> Result<()> {
        let request = self
            .client
            .update_ip_set()
            .name(&config.name)
            .id(id)
            .scope(SCOPE)
            .lock_token(lock_token)
            .description(&config.description)
            .set_addresses(Some(config.addresses.iter().cloned().collect()))
            .send();
        self.caller.call("UpdateIPSet", &config.name, request).await?;
        Ok(())
    }

    /// Deletes an IP set. A web ACL that named it until a moment ago is waited for.
    ///
    /// # Errors
    /// `InUse` while a rule names it.
    pub async fn delete_ip_set(&self, name: &str, id: &str) -> Result<()> {
        repeat_while(
            &self.caller.stop,
            SPREADS,
            |error| error.kind() == ErrorKind::InUse,
            || async {
                let lock_token = self.ip_set(name, id).await?.lock_token;
                let request = self.client.delete_ip_set().name(name).id(id).scope(SCOPE);
                let request = request.lock_token(lock_token).send();
                self.caller.call("DeleteIPSet", name, request).await?;
                Ok(())
            },
        )
        .await
    }
}
