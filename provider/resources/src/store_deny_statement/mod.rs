//! `zt_store_deny_statement`: the Deny that keeps everybody but our own roles from reading the keys of a store.
//!
//! A KeyValueStore has no policy of its own, and AWS's ReadOnlyAccess may read it, so this statement belongs where it reaches every
//! principal: into a service control policy, or a permissions boundary. It reads nothing from AWS but who the caller is.

use serde_json::{Value as Json, json};
use zt_framework::{Attribute, Context, DataOutcome, DataSource, Schema, Type, Value, async_trait};

use crate::connection::{Connected, Connection};
use crate::edge_app::written::{self, Names};
use crate::iam_policy::{account, store_name};

/// The data source over a connection, which tells account and partition.
pub struct StoreDenyStatement {
    connection: Connection,
}

impl StoreDenyStatement {
    /// The data source over a connection.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

fn principal(value: &Value) -> Result<(), String> {
    let arn = value.as_str().unwrap_or_default();
    let named = arn.starts_with("arn:") && (arn.contains(":role/") || arn.contains(":user/"));
    match named && arn.split(':').nth(2) == Some("iam") {
        true => Ok(()),
        false => Err(format!(
            "{arn:?} is no role or user; write an ARN such as \"arn:aws:iam::111122223333:role/terraform\". Sessions of a role are \
             meant by the role."
        )),
    }
}

fn schema() -> Schema {
    Schema::new(
        "The Deny statement that keeps everybody but your own roles from reading a session store and its secrets. Who may read them \
         may forge sessions, and AWS's managed policies ReadOnlyAccess and CloudFrontReadOnlyAccess may. Put it into a service control \
         policy, or into the permissions boundary of whoever else has access to the account. A Deny wins over every Allow.",
    )
    .attributes([
        Attribute::single(
            "session_store",
            "The session store: the `session_store` attribute of a `zt_session_store`.",
            [
                Attribute::string("arn", "ARN of the KeyValueStore.").required(),
                Attribute::string("name", "Name of the store.").required().validate(store_name),
            ],
        )
        .required(),
        Attribute::list_of(
            "applications",
            Type::String,
            "Names of the applications of the store. The roles of their auth functions may read the secrets.",
        )
        .optional()
        .validate_each(written::application_name),
        Attribute::list_of(
            "principals",
            Type::String,
            "ARNs of the roles and users who may read: those who run Terraform. `*` and `?` are wildcards.",
        )
        .required()
        .validate(|value| match value.is_wholly_known() && value.elements().is_empty() {
            true => Err("Nobody could manage the store any more; write at least the role that runs Terraform.".to_owned()),
            false => Ok(()),
        })
        .validate_each(principal),
        Attribute::list_of(
            "token_readers",
            Type::String,
            "ARNs of the roles and users who besides `principals` may read the secrets of the service tokens, and no others: callers \
             that fetch their own token. `*` and `?` are wildcards. No token should be named `assertion`, `client-secret`, `keys` or \
             `membership`: only `principals` and the auth functions read secrets of these names.",
        )
        .optional()
        .validate_each(principal),
        Attribute::string("account_id", "Account of the store. Default: the provider's.")
            .optional()
            .validate(account),
        Attribute::list_of(
            "statements",
            Type::String,
            "The statements, each as JSON, to go into a policy of yours.",
        )
        .computed(),
        Attribute::string("json", "A whole policy document of these statements.").computed(),
    ])
}

/// Secrets under `zt/<store>/` that keys and settings are in. `*` spans slashes too, so only the six characters that Secrets
/// Manager adds may follow a name: else most tokens that begin with such a word would be meant as well.
const SECRETS: [&str; 5] = [
    "pepper-??????",
    "*/assertion-??????",
    "*/client-secret-??????",
    "*/keys-??????",
    "*/membership-??????",
];

fn deny(sid: &str, actions: &[&str], resources: &[String], but: &[String]) -> Json {
    json!({
        "Sid": sid,
        "Effect": "Deny",
        "Action": actions,
        "Resource": resources,
        "Condition": { "ArnNotLike": { "aws:PrincipalArn": but } },
    })
}

/// The statements: the store for operators and its writer, the secrets for operators and the auth functions, and the
/// tokens for operators and those who send them.
fn statements(config: &Value, partition: &str, account: &str) -> [Json; 3] {
    let store = config.get("session_store");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let texts = |name: &str| config.get(name).elements().iter().map(text).collect::<Vec<_>>();
    let name = text(store.get("name"));
    let role = |role: &str| format!("arn:{partition}:iam::{account}:role/{role}");
    let but = |others: Vec<String>| [texts("principals"), others].concat();
    let auth = texts("applications")
        .iter()
        .map(|one| role(&Names::of(&name, one).role))
        .collect();
    let secret = |what: &str| format!("arn:{partition}:secretsmanager:*:{account}:secret:zt/{name}/{what}");
    let values = ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"];
    [
        deny(
            "ZtStore",
            &["cloudfront-keyvaluestore:GetKey", "cloudfront-keyvaluestore:ListKeys"],
            &[text(store.get("arn"))],
            &but(vec![role(&format!("zt-{name}-writer"))]),
        ),
        deny("ZtSecrets", &values, &SECRETS.map(secret), &but(auth)),
        deny(
            "ZtTokens",
            &values,
            &[secret("*/token/*")],
            &but(texts("token_readers")),
        ),
    ]
}

fn filled(config: Value, partition: &str, account: &str) -> Value {
    let statements = statements(&config, partition, account);
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    let each = Value::list(statements.iter().map(ToString::to_string));
    config.with("statements", each).with("json", document.to_string())
}

fn of_account(connected: &Connected, config: &Value) -> String {
    let own = connected.aws.account_id().unwrap_or("*");
    config.get("account_id").as_str().unwrap_or(own).to_owned()
}

#[async_trait]
impl DataSource for StoreDenyStatement {
    fn type_name(&self) -> &'static str {
        "zt_store_deny_statement"
    }

    fn schema(&self) -> Schema {
        schema()
    }

    async fn read(&self, context: &Context, config: Value) -> DataOutcome {
        match self.connection.need(context) {
            Ok(connected) => {
                let account = of_account(&connected, &config);
                DataOutcome::found(filled(config, connected.aws.partition().as_str(), &account))
            }
            Err(error) => DataOutcome::failed(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORE: &str = "arn:aws:cloudfront::111122223333:key-value-store/7bd20377-3f93-45b5-9fcb-162b3b6ee133";
    const OPERATOR: &str = "arn:aws:iam::111122223333:role/terraform";

    const CI: &str = "arn:aws:iam::111122223333:role/ci";

    fn read() -> Json {
        let config = Value::object([
            (
                "session_store",
                Value::object([("arn", STORE.into()), ("name", "main".into())]),
            ),
            ("applications", vec!["members"].into()),
            ("principals", vec![OPERATOR].into()),
            ("token_readers", vec![CI].into()),
        ]);
        let read = filled(config, "aws", "111122223333");
        serde_json::from_str(read.get("json").as_str().unwrap()).unwrap()
    }

    #[test]
    fn everybody_but_our_own_roles_is_denied() {
        let policy = read();
        let (store, secrets) = (&policy["Statement"][0], &policy["Statement"][1]);
        let role = |name: &str| format!("arn:aws:iam::111122223333:role/{name}");
        assert_eq!(
            (&store["Effect"], &store["Resource"]),
            (&json!("Deny"), &json!([STORE]))
        );
        assert_eq!(
            store["Condition"],
            json!({"ArnNotLike": {"aws:PrincipalArn": [OPERATOR, role("zt-main-writer")]}})
        );
        assert_eq!(
            secrets["Condition"],
            json!({"ArnNotLike": {"aws:PrincipalArn": [OPERATOR, role("zt-main--members-auth")]}})
        );
    }

    /// IAM's matching of resources: `*` is any text, `?` any one character.
    fn matches(pattern: &str, text: &str) -> bool {
        match (pattern.chars().next(), text.chars().next()) {
            (None, None) => true,
            (Some('*'), next) => matches(&pattern[1..], text) || (next.is_some() && matches(pattern, &text[1..])),
            (Some('?'), Some(_)) => matches(&pattern[1..], &text[1..]),
            (Some(one), Some(other)) if one == other => matches(&pattern[1..], &text[1..]),
            _ => false,
        }
    }

    /// Who may read the secret of a name, of those whom some statement exempts.
    fn readers(secret: &str) -> Vec<String> {
        let arn = format!("arn:aws:secretsmanager:us-east-1:111122223333:secret:{secret}-AbCd12");
        let policy = read();
        let auth = "arn:aws:iam::111122223333:role/zt-main--members-auth";
        let denies = |statement: &Json, who: &str| {
            let resources = statement["Resource"].as_array().cloned().unwrap_or_default();
            let covered = resources.iter().any(|one| matches(one.as_str().unwrap(), &arn));
            let but = statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
                .as_array()
                .unwrap();
            covered && !but.iter().any(|one| one == who)
        };
        let statements = policy["Statement"].as_array().unwrap();
        [OPERATOR, auth, CI, "arn:aws:iam::111122223333:role/stranger"]
            .into_iter()
            .filter(|who| !statements.iter().any(|statement| denies(statement, who)))
            .map(|arn| arn.rsplit('/').next().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn who_reads_a_token_reads_no_key() {
        let names = Names::of("main", "members");
        let own = [
            "zt/main/pepper",
            &names.keys_secret,
            &names.membership_secret,
            &names.client_secret,
            &names.assertion_secret,
        ];
        for secret in own {
            assert_eq!(readers(secret), ["terraform", "zt-main--members-auth"], "{secret}");
        }
        for token in ["ci", "keys-of-ci", "pepper"] {
            let secret = format!("zt/main/members/token/{token}");
            assert_eq!(readers(&secret), ["terraform", "ci"], "{secret}");
        }
        assert_eq!(
            readers("zt/other/pepper").len(),
            4,
            "another store's is another statement's"
        );
    }

    #[test]
    fn only_roles_and_users_are_principals() {
        for good in [
            OPERATOR,
            "arn:aws:iam::111122223333:user/ada",
            "arn:aws:iam::111122223333:role/ci-*",
        ] {
            assert!(principal(&good.into()).is_ok(), "{good}");
        }
        for bad in [
            "",
            "terraform",
            "*",
            "arn:aws:iam::111122223333:root",
            "arn:aws:sts::111122223333:assumed-role/terraform/session",
        ] {
            assert!(principal(&bad.into()).is_err(), "{bad}");
        }
    }
}
