//! `tags` and `tags_all`: an object's own tags over the provider's `default_tags`.

use zt_aws::Tags;
use zt_framework::{Attribute, Plan, Type, Value};

/// The two attributes, the second computed.
pub(crate) fn attributes() -> [Attribute; 2] {
    [
        Attribute::map_of("tags", Type::String, "Tags of all objects that can carry tags.").optional(),
        Attribute::map_of(
            "tags_all",
            Type::String,
            "Tags with the provider's `default_tags` merged in.",
        )
        .computed(),
    ]
}

/// Plans `tags_all`; it stays unknown while a tag is.
pub(crate) fn plan(plan: &mut Plan, default_tags: &Tags) {
    let own = plan.planned.get("tags");
    let merged = if own.is_wholly_known() {
        value(&merge(default_tags, own))
    } else {
        Value::unknown()
    };
    plan.planned.set("tags_all", merged);
}

/// The tags of a known value.
pub(crate) fn read(value: &Value) -> Tags {
    let entries = value.entries().into_iter().flatten();
    entries
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// Own tags over default ones.
pub(crate) fn merge(default_tags: &Tags, own: &Value) -> Tags {
    default_tags.clone().into_iter().chain(read(own)).collect()
}

/// Tags as a value.
pub(crate) fn value(tags: &Tags) -> Value {
    Value::Map(tags.iter().map(|(key, value)| (key.clone(), value.into())).collect())
}

/// The tags that users manage, out of those an object carries: without our marks and AWS's own.
pub(crate) fn without_marks(tags: &Tags) -> Tags {
    let managed = |key: &str| !key.starts_with("zt:") && !key.starts_with("aws:");
    tags.iter()
        .filter(|(key, _)| managed(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_tags_win_over_default_tags() {
        let defaults = Tags::from([
            ("team".to_owned(), "edge".to_owned()),
            ("env".to_owned(), "dev".to_owned()),
        ]);
        let own = Value::map([("env", "prod".into())]);
        let merged = merge(&defaults, &own);
        assert_eq!(merged.get("env").map(String::as_str), Some("prod"));
        assert_eq!(merged.get("team").map(String::as_str), Some("edge"));
    }

    #[test]
    fn marks_are_not_shown_as_tags() {
        let tags = Tags::from([
            ("zt:state".to_owned(), "live".to_owned()),
            ("team".to_owned(), "edge".to_owned()),
        ]);
        assert_eq!(without_marks(&tags).len(), 1);
    }
}
