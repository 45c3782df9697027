//! Which buckets the distribution has to be allowed to read.

use std::collections::BTreeMap;

use zt_framework::Diagnostics;

use super::component::bucket_policy::Grant;
use super::config::{Origin, OriginKind, Sections};
use super::form::Form;
use super::{documents, schema};

/// The grant that one origin needs, when it is a bucket.
pub(super) fn of_origin(origins: &BTreeMap<String, Origin>, name: &str, home: &str) -> Option<Grant> {
    let origin = origins.get(name)?;
    let OriginKind::Bucket { bucket, region, .. } = &origin.kind else {
        return None;
    };
    Some(Grant {
        bucket: bucket.clone(),
        region: region.clone().unwrap_or_else(|| home.to_owned()),
        paths: vec![origin.path.clone()],
    })
}

/// The buckets that earlier applies may have let the distribution read and that `settled` do not: what the membership
/// secret says of them, whether those applies came to their end or not.
pub(super) fn leaving(text: &str, home: &str, settled: &[Grant]) -> Vec<Grant> {
    let before = documents::configuration(text)
        .and_then(|json| zt_framework::value::json::decode(&json, &schema::schema().ty()).ok())
        .and_then(|written| Sections::read(Form::Whole, &written, &mut Diagnostics::new()).origins)
        .map_or_else(Vec::new, |origins| managed(&origins, home));
    let mut leaving: Vec<Grant> = Vec::new();
    for grant in documents::leaving(text).into_iter().chain(before) {
        let kept = settled.iter().chain(&leaving).any(|one| one.bucket == grant.bucket);
        if !kept {
            leaving.push(Grant {
                paths: Vec::new(),
                ..grant
            });
        }
    }
    leaving.sort_by(|one, other| one.bucket.cmp(&other.bucket));
    leaving
}

/// The grants that we are asked to write, one for each bucket.
pub(super) fn managed(origins: &BTreeMap<String, Origin>, home: &str) -> Vec<Grant> {
    let mut grants: BTreeMap<String, Grant> = BTreeMap::new();
    for (name, origin) in origins {
        if !matches!(
            origin.kind,
            OriginKind::Bucket {
                manage_policy: true,
                ..
            }
        ) {
            continue;
        }
        let Some(grant) = of_origin(origins, name, home) else {
            continue;
        };
        match grants.get_mut(&grant.bucket) {
            Some(known) => known.paths.extend(grant.paths),
            None => drop(grants.insert(grant.bucket.clone(), grant)),
        }
    }
    let sorted = |mut grant: Grant| {
        grant.paths.sort();
        grant.paths.dedup();
        grant
    };
    grants.into_values().map(sorted).collect()
}

#[cfg(test)]
mod tests {
    use zt_framework::Value;
    use zt_model::ids::KeyId;
    use zt_model::membership::MembershipDocument;
    use zt_model::source::Source;

    use super::super::{revision, tests::fixture};
    use super::*;

    /// The text of an apply whose only bucket is this one.
    fn text(bucket: &str, leaving: &[Grant]) -> String {
        let site = Value::object([(
            "s3",
            Value::object([
                ("bucket", bucket.into()),
                ("region", "eu-west-1".into()),
                ("manage_bucket_policy", true.into()),
            ]),
        )]);
        let schema = schema::schema();
        let config = fixture::config().with("origins", Value::map([("site", site)]));
        let known = super::super::state::without_unknown(config);
        let configuration = revision::configuration(&schema, &known).unwrap();
        let kid = KeyId::parse("k1").unwrap();
        let document = MembershipDocument::first(kid, &BTreeMap::new(), Source::default()).unwrap();
        documents::membership_text(&document, &configuration, leaving).unwrap()
    }

    fn grant(bucket: &str) -> Grant {
        Grant {
            bucket: bucket.to_owned(),
            region: "eu-west-1".to_owned(),
            paths: Vec::new(),
        }
    }

    #[test]
    fn a_bucket_is_remembered_over_applies_that_did_not_come_to_their_end() {
        let next = |text: &str, bucket: &str| leaving(text, "us-east-1", &[grant(bucket)]);
        let second = next(&text("first", &[]), "second");
        assert_eq!(second, [grant("first")]);
        let third = next(&text("second", &second), "third");
        assert_eq!(third, [grant("first"), grant("second")]);
        let back = next(&text("third", &third), "first");
        assert_eq!(back, [grant("second"), grant("third")]);
        assert_eq!(next(&text("first", &[]), "first"), []);
        assert_eq!(next("{}", "first"), []);
    }
}
