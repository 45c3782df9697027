//! The log groups of the auth function, one in each region that may run it: made ahead, so that its lines do not stay for
//! ever.
//!
//! Lambda would make them itself, without an end and without a mark, so one that is there already is taken: its name is that of
//! our function. A region that refuses is told and stops nothing: the application serves without.

use zt_aws::Tags;
use zt_aws::cloudwatch_logs::{LogGroup, Logs};
use zt_aws::error::{AwsError, ErrorKind, optional};
use zt_framework::Diagnostic;

use super::Scope;
use crate::edge_app::config::Logging;
use crate::marks::{Mark, Stage};

/// A region whose log group is not as it should be, and why.
pub(in crate::edge_app) struct Refused {
    pub(in crate::edge_app) region: String,
    pub(in crate::edge_app) why: String,
}

/// One group in one region.
struct Group {
    logs: Logs,
    name: String,
    tags: Tags,
    mark: Mark,
}

/// Makes the groups, or changes them until they are as wanted; yields the regions where that was refused.
pub(in crate::edge_app) async fn ensure(scope: &Scope<'_>, wanted: &Logging) -> Vec<Refused> {
    let days = wanted.retention_days;
    each(
        scope,
        &wanted.regions,
        move |group| async move { group.ensure(days).await },
    )
    .await
}

/// Removes the groups of this instance; yields the regions where that was refused.
pub(in crate::edge_app) async fn remove<'a>(
    scope: &Scope<'_>,
    regions: impl IntoIterator<Item = &'a String>,
) -> Vec<Refused> {
    each(scope, regions, |group| async move { group.remove().await }).await
}

/// Does the same in several regions at once.
async fn each<'a, F>(
    scope: &Scope<'_>,
    regions: impl IntoIterator<Item = &'a String>,
    work: impl Fn(Group) -> F,
) -> Vec<Refused>
where
    F: Future<Output = Result<(), AwsError>> + Send + 'static,
{
    let mut running = tokio::task::JoinSet::new();
    for region in regions {
        let group = Group {
            logs: scope.aws.logs(region),
            name: scope.names.log_group.clone(),
            tags: scope.marked_tags(&scope.mark.at(Stage::Live)),
            mark: scope.mark.clone(),
        };
        let (work, region) = (work(group), region.clone());
        running.spawn(async move { (region, work.await) });
    }
    let mut refused = Vec::new();
    while let Some(joined) = running.join_next().await {
        if let Ok((region, Err(error))) = joined {
            let why = error.explain().summary;
            refused.push(Refused { region, why });
        }
    }
    refused.sort_by(|one, other| one.region.cmp(&other.region));
    refused
}

impl Group {
    async fn ensure(self, days: i64) -> Result<(), AwsError> {
        let found = match self.logs.group(&self.name).await? {
            Some(found) => Some(found),
            None => self.make().await?,
        };
        if found.as_ref().and_then(|found| found.retention_days) != Some(days) {
            self.logs.set_retention(&self.name, days).await?;
        }
        let Some(found) = found else { return Ok(()) };
        let present = self.logs.tags(&found.arn).await?;
        self.logs.set_tags(&found.arn, &present, &self.tags).await
    }

    /// Makes it; the group as it stands where somebody else was faster.
    async fn make(&self) -> Result<Option<LogGroup>, AwsError> {
        match self.logs.create_group(&self.name, &self.tags).await {
            Ok(()) => Ok(None),
            Err(error) if error.kind() == ErrorKind::Exists => self.logs.group(&self.name).await,
            Err(error) => Err(error),
        }
    }

    async fn remove(self) -> Result<(), AwsError> {
        let Some(found) = self.logs.group(&self.name).await? else {
            return Ok(());
        };
        let Some(tags) = optional(self.logs.tags(&found.arn).await)? else {
            return Ok(());
        };
        let own = Mark::from_tags(&tags)
            .is_some_and(|mark| mark.same_application(&self.mark) && mark.instance == self.mark.instance);
        if own {
            optional(self.logs.delete_group(&self.name).await)?;
        }
        Ok(())
    }
}

/// What to tell of regions that refused, where any did.
pub(in crate::edge_app) fn told(refused: &[Refused], what: &str) -> Option<Diagnostic> {
    let first = refused.first()?;
    let regions: Vec<&str> = refused.iter().map(|one| one.region.as_str()).collect();
    Some(Diagnostic::warning(
        format!(
            "Log groups of the auth function are not {what} in {} regions",
            refused.len()
        ),
        format!(
            "In {}: {}. Logins work all the same. The provider needs the right to logs:DescribeLogGroups, CreateLogGroup, \
             PutRetentionPolicy, DeleteLogGroup, TagResource, UntagResource and ListTagsForResource there; where your \
             organisation allows no calls, leave the region out of `log_regions`.",
            regions.join(", "),
            first.why
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_that_refuse_are_one_warning_with_what_to_do() {
        assert!(told(&[], "kept").is_none());
        let refused = ["eu-west-1", "sa-east-1"].map(|region| Refused {
            region: region.to_owned(),
            why: "AWS refuses the call".to_owned(),
        });
        let warning = told(&refused, "kept").unwrap();
        assert_eq!(warning.severity, zt_framework::Severity::Warning);
        for word in ["eu-west-1, sa-east-1", "AWS refuses", "log_regions"] {
            assert!(warning.detail.contains(word), "{word} is not in {}", warning.detail);
        }
    }
}
