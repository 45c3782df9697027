//! Distributions: create with tags, read, update, delete, wait until deployed, list.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_cloudfront::types as sdk;

use super::{CloudFront, DistributionConfig, ETag, distribution_config, inspection, tagging};
use crate::error::Result;
use crate::tags::Tags;
use crate::wait::Wait;

/// A distribution as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its own domain name.
    pub domain: String,
    /// `InProgress` or `Deployed`.
    pub status: String,
    /// Its configuration.
    pub config: DistributionConfig,
    /// Its version.
    pub etag: ETag,
}

/// A distribution in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistributionSummary {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its own domain name.
    pub domain: String,
    /// Its comment.
    pub comment: String,
    /// Own domain names.
    pub aliases: Vec<String>,
    /// Whether it serves.
    pub enabled: bool,
    /// Whether every edge location has its last configuration.
    pub deployed: bool,
    /// ARNs of the functions that its behaviours run, those of Lambda@Edge with their version.
    pub code: BTreeSet<String>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistributionPage {
    /// The distributions of this page.
    pub distributions: Vec<DistributionSummary>,
    /// Where the next page starts, if there is one.
    pub next: Option<String>,
}

impl CloudFront {
    /// Creates a distribution with its tags in one call.
    ///
    /// # Errors
    /// `Exists` when the caller reference was used with another configuration, or an alias belongs to another distribution.
    pub async fn create_distribution(&self, config: &DistributionConfig, tags: &Tags) -> Result<Distribution> {
        const OPERATION: &str = "CreateDistribution";
        let object = config.comment.as_str();
        let built = distribution_config::to_sdk(config).map_err(self.caller.unbuilt(OPERATION, object))?;
        let tags = tagging::sdk_tags(tags).map_err(self.caller.unbuilt(OPERATION, object))?;
        let request = self
            .client
            .create_distribution_with_tags()
            .distribution_config_with_tags(
                sdk::DistributionConfigWithTags::builder()
                    .distribution_config(built)
                    .tags(tags)
                    .build(),
            )
            .send();
        let answer = self.caller.call(OPERATION, object, request).await?;
        self.distribution(OPERATION, object, answer.distribution, answer.e_tag)
    }

    /// Reads a distribution by id.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn distribution_by_id(&self, id: &str) -> Result<Distribution> {
        const OPERATION: &str = "GetDistribution";
        let request = self.client.get_distribution().id(id).send();
        let answer = self.caller.call(OPERATION, id, request).await?;
        self.distribution(OPERATION, id, answer.distribution, answer.e_tag)
    }

    /// Replaces the configuration. What our type does not name is turned off.
    ///
    /// # Errors
    /// `Conflict` when the ETag is stale.
    pub async fn update_distribution(
        &self,
        id: &str,
        etag: &ETag,
        config: &DistributionConfig,
    ) -> Result<Distribution> {
        const OPERATION: &str = "UpdateDistribution";
        let built = distribution_config::to_sdk(config).map_err(self.caller.unbuilt(OPERATION, id))?;
        let request = self
            .client
            .update_distribution()
            .id(id)
            .if_match(etag.as_str())
            .distribution_config(built)
            .send();
        let answer = self.caller.call(OPERATION, id, request).await?;
        self.distribution(OPERATION, id, answer.distribution, answer.e_tag)
    }

    /// Turns a distribution off and leaves all else, foreign settings included, as it is.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn disable_distribution(&self, id: &str) -> Result<()> {
        const OPERATION: &str = "UpdateDistribution";
        let request = self.client.get_distribution_config().id(id).send();
        let read = self.caller.call("GetDistributionConfig", id, request).await?;
        let (Some(mut config), Some(etag)) = (read.distribution_config, read.e_tag) else {
            return Err(self.caller.incomplete("GetDistributionConfig", id));
        };
        if !config.enabled {
            return Ok(());
        }
        config.enabled = false;
        let request = self
            .client
            .update_distribution()
            .id(id)
            .if_match(etag)
            .distribution_config(config)
            .send();
        self.caller.call(OPERATION, id, request).await?;
        Ok(())
    }

    /// Deletes a distribution that is disabled and deployed.
    ///
    /// # Errors
    /// `InUse` while it is enabled.
    pub async fn delete_distribution(&self, id: &str, etag: &ETag) -> Result<()> {
        let request = self.client.delete_distribution().id(id).if_match(etag.as_str()).send();
        self.caller.call("DeleteDistribution", id, request).await?;
        Ok(())
    }

    /// Waits until all edge locations have the last configuration.
    ///
    /// # Errors
    /// The limit, or "stopped".
    pub async fn wait_distribution_deployed(&self, id: &str, limit: Duration) -> Result<Distribution> {
        let wait = Wait {
            service: self.caller.service,
            object: id,
            pending: &["InProgress"],
            target: &["Deployed"],
            limit,
            pause: Duration::from_secs(10),
        };
        wait.run(&self.caller.stop, || async {
            let distribution = self.distribution_by_id(id).await?;
            Ok((distribution.status.clone(), distribution))
        })
        .await
    }

    /// One page of the account's distributions.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn distribution_page(&self, marker: Option<&str>) -> Result<DistributionPage> {
        let request = self
            .client
            .list_distributions()
            .set_marker(marker.map(str::to_owned))
            .send();
        let answer = self.caller.call("ListDistributions", "*", request).await?;
        let Some(list) = answer.distribution_list else {
            return Err(self.caller.incomplete("ListDistributions", "*"));
        };
        let next = list.next_marker.filter(|marker| !marker.is_empty());
        let items = list.items.unwrap_or_default();
        Ok(DistributionPage {
            distributions: items.into_iter().map(summary).collect(),
            next: next.filter(|_| list.is_truncated),
        })
    }

    /// All distributions of the account.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn list_distributions(&self) -> Result<Vec<DistributionSummary>> {
        let mut found = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let page = self.distribution_page(next.as_deref()).await?;
            found.extend(page.distributions);
            next = page.next;
            if next.is_none() {
                return Ok(found);
            }
        }
    }

    fn distribution(
        &self,
        operation: &'static str,
        object: &str,
        found: Option<sdk::Distribution>,
        etag: Option<String>,
    ) -> Result<Distribution> {
        let incomplete = || self.caller.incomplete(operation, object);
        let found = found.ok_or_else(incomplete)?;
        let config = found
            .distribution_config
            .and_then(distribution_config::from_sdk)
            .ok_or_else(incomplete)?;
        Ok(Distribution {
            id: found.id,
            arn: found.arn,
            domain: found.domain_name,
            status: found.status,
            config,
            etag: etag.map(ETag).ok_or_else(incomplete)?,
        })
    }
}

fn summary(summary: sdk::DistributionSummary) -> DistributionSummary {
    DistributionSummary {
        code: inspection::code_of(&summary),
        deployed: summary.status == "Deployed",
        id: summary.id,
        arn: summary.arn,
        domain: summary.domain_name,
        comment: summary.comment,
        aliases: summary.aliases.and_then(|aliases| aliases.items).unwrap_or_default(),
        enabled: summary.enabled,
    }
}
