//! From the provider block to the settings of the connection: null means "ask the environment".

use zt_aws::config::{AssumeRole, Endpoints, Settings};
use zt_aws::retry::RetryMode;
use zt_aws::{Secret, Tags};
use zt_framework::{Value, timeouts};

/// The settings a block with known values asks for.
pub(crate) fn settings(block: &Value, user_agent: String) -> Settings {
    Settings {
        region: text(block, "region"),
        profile: text(block, "profile"),
        access_key: text(block, "access_key"),
        secret_key: text(block, "secret_key").map(Secret::from),
        token: text(block, "token").map(Secret::from),
        shared_config_files: texts(block, "shared_config_files"),
        shared_credentials_files: texts(block, "shared_credentials_files"),
        assume_role: block.get("assume_role").elements().iter().map(role).collect(),
        endpoints: endpoints(block.get("endpoints").elements()),
        max_retries: block
            .get("max_retries")
            .as_i64()
            .and_then(|count| u32::try_from(count).ok()),
        retry_mode: match block.get("retry_mode").as_str() {
            Some("adaptive") => Some(RetryMode::Adaptive),
            Some(_) => Some(RetryMode::Standard),
            None => None,
        },
        custom_ca_bundle: text(block, "custom_ca_bundle"),
        http_proxy: text(block, "http_proxy"),
        https_proxy: text(block, "https_proxy"),
        no_proxy: text(block, "no_proxy"),
        skip_credentials_validation: flag(block, "skip_credentials_validation"),
        skip_requesting_account_id: flag(block, "skip_requesting_account_id"),
        s3_use_path_style: flag(block, "s3_use_path_style"),
        use_fips_endpoint: flag(block, "use_fips_endpoint"),
        use_dualstack_endpoint: flag(block, "use_dualstack_endpoint"),
        allowed_account_ids: texts(block, "allowed_account_ids"),
        forbidden_account_ids: texts(block, "forbidden_account_ids"),
        user_agent: Some(user_agent),
    }
}

/// The tags of `default_tags`.
pub(crate) fn default_tags(block: &Value) -> Tags {
    block
        .get("default_tags")
        .elements()
        .iter()
        .flat_map(|one| tags(one.get("tags")))
        .collect()
}

fn role(block: &Value) -> AssumeRole {
    AssumeRole {
        role_arn: text(block, "role_arn").unwrap_or_default(),
        session_name: text(block, "session_name"),
        external_id: text(block, "external_id"),
        duration: text(block, "duration").and_then(|text| timeouts::parse(&text)),
        policy: text(block, "policy"),
        policy_arns: texts(block, "policy_arns"),
        tags: tags(block.get("tags")).collect(),
    }
}

fn endpoints(blocks: &[Value]) -> Endpoints {
    let endpoint = |name: &str| blocks.iter().find_map(|block| text(block, name));
    Endpoints {
        cloudfront: endpoint("cloudfront"),
        cloudfront_keyvaluestore: endpoint("cloudfront_keyvaluestore"),
        events: endpoint("events"),
        iam: endpoint("iam"),
        lambda: endpoint("lambda"),
        logs: endpoint("logs"),
        s3: endpoint("s3"),
        secretsmanager: endpoint("secretsmanager"),
        sqs: endpoint("sqs"),
        sts: endpoint("sts"),
        wafv2: endpoint("wafv2"),
    }
}

fn text(block: &Value, name: &str) -> Option<String> {
    block
        .get(name)
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn texts(block: &Value, name: &str) -> Vec<String> {
    block
        .get(name)
        .elements()
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn flag(block: &Value, name: &str) -> bool {
    block.get(name).as_bool().unwrap_or_default()
}

fn tags(value: &Value) -> impl Iterator<Item = (String, String)> + '_ {
    let entries = value.entries().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_block_asks_the_environment_for_everything() {
        let settings = settings(&Value::object([]), "zt".to_owned());
        assert!(settings.region.is_none() && settings.access_key.is_none() && settings.assume_role.is_empty());
        assert_eq!(settings.endpoints, Endpoints::default());
    }

    /// A name of the schema that nobody reads would be an endpoint that is silently not used.
    #[test]
    fn every_endpoint_of_the_schema_is_read() {
        for (name, _) in crate::schema::ENDPOINTS {
            let own = Value::object([(name, format!("http://{name}.invalid").into())]);
            let block = Value::object([("endpoints", Value::Set(vec![own]))]);
            let found = format!("{:?}", settings(&block, String::new()).endpoints);
            assert_eq!(found.matches("Some(").count(), 1, "{name}: {found}");
            assert!(
                found.contains(&format!("{name}: Some(\"http://{name}.invalid\")")),
                "{found}"
            );
        }
        let all = format!("{:?}", Endpoints::default()).matches("None").count();
        assert_eq!(
            crate::schema::ENDPOINTS.len(),
            all,
            "each endpoint has a name in the schema"
        );
    }

    #[test]
    fn endpoints_and_tags_are_read_from_their_blocks() {
        let block = Value::object([
            (
                "endpoints",
                Value::Set(vec![Value::object([("sts", "http://127.0.0.1:1".into())])]),
            ),
            (
                "default_tags",
                Value::List(vec![Value::object([("tags", Value::map([("team", "edge".into())]))])]),
            ),
        ]);
        assert_eq!(
            settings(&block, String::new()).endpoints.sts.as_deref(),
            Some("http://127.0.0.1:1")
        );
        assert_eq!(default_tags(&block).get("team").map(String::as_str), Some("edge"));
    }
}
