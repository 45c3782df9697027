//! Web ACLs against canned answers, and rules on their way through our types.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::testing::{answer, canned, json_error};

fn path(text: &str) -> Statement {
    Statement::Text {
        part: Part::Path,
        text: text.to_owned(),
        position: Position::Start,
        reading: Reading::Folded,
    }
}

fn refuse(status: u16) -> Action {
    let body = (status == 451).then(|| "sorry".to_owned());
    Action::Block(Some(CustomAnswer { status, body }))
}

fn rules() -> Vec<Rule> {
    let rule = |name: &str, priority, statement, action| Rule {
        name: name.to_owned(),
        priority,
        statement,
        action,
        labels: vec![],
    };
    let countries = Statement::Countries(BTreeSet::from(["DE".to_owned(), "FR".to_owned()]));
    vec![
        Rule {
            labels: vec!["zt:auth".to_owned()],
            ..rule("label", 0, path("/oauth2/"), Action::Count)
        },
        rule("countries", 1, Statement::Not(Box::new(countries)), refuse(451)),
        rule("addresses", 2, Statement::IpSet("arn:ipset".to_owned()), Action::Allow),
        rule(
            "rate-auth",
            3,
            Statement::Rate {
                limit: 100,
                window_seconds: 60,
                scope: Some(Box::new(path("/oauth2/"))),
            },
            refuse(429),
        ),
        rule(
            "rate",
            4,
            Statement::Rate {
                limit: 2_000,
                window_seconds: 300,
                scope: None,
            },
            Action::Block(None),
        ),
        rule(
            "common",
            5,
            Statement::Managed {
                vendor: "AWS".to_owned(),
                name: "AWSManagedRulesCommonRuleSet".to_owned(),
                version: Some("Version_1.10".to_owned()),
                bot_control: None,
                overrides: BTreeMap::from([("SizeRestrictions_BODY".to_owned(), Override::Count)]),
                scope: Some(Box::new(Statement::Not(Box::new(Statement::Label(
                    "zt:machine".to_owned(),
                ))))),
            },
            Action::Group,
        ),
        rule(
            "both",
            6,
            Statement::And(vec![
                Statement::Regex {
                    part: Part::Path,
                    expression: "^/a/[0-9]+$".to_owned(),
                    reading: Reading::Decoded,
                },
                Statement::Or(vec![path("/a"), path("/b")]),
            ]),
            Action::Challenge,
        ),
        rule("agent", 7, header("user-agent", "bot"), Action::Captcha),
        rule("bots", 8, bots(BotControl::Common), Action::GroupCount),
        rule(
            "bots-ml",
            9,
            bots(BotControl::Targeted {
                machine_learning: false,
            }),
            Action::Group,
        ),
    ]
}

fn header(name: &str, text: &str) -> Statement {
    Statement::Text {
        part: Part::Header(name.to_owned()),
        text: text.to_owned(),
        position: Position::Contains,
        reading: Reading::Folded,
    }
}

fn bots(control: BotControl) -> Statement {
    Statement::Managed {
        vendor: "AWS".to_owned(),
        name: "AWSManagedRulesBotControlRuleSet".to_owned(),
        version: None,
        overrides: BTreeMap::new(),
        bot_control: Some(control),
        scope: None,
    }
}

fn config() -> WebAclConfig {
    WebAclConfig {
        name: "zt-main-members".to_owned(),
        description: "zt application=members".to_owned(),
        default_action: DefaultAction::Allow,
        rules: rules(),
        bodies: BTreeMap::from([(
            "sorry".to_owned(),
            Body {
                kind: BodyKind::Plain,
                content: "Not from there.".to_owned(),
            },
        )]),
    }
}

#[test]
fn rules_survive_the_way_to_aws_and_back() {
    for rule in rules() {
        assert_eq!(rule::from_sdk(rule::to_sdk(&rule).unwrap()), rule);
    }
}

#[test]
fn a_rule_that_our_types_cannot_say_differs_from_all_of_ours() {
    let forwarded = sdk::RateBasedStatement::builder()
        .limit(1)
        .aggregate_key_type(sdk::RateBasedStatementAggregateKeyType::ForwardedIp)
        .build()
        .unwrap();
    let statement = sdk::Statement::builder().rate_based_statement(forwarded).build();
    assert_eq!(statement::from_sdk(statement), Statement::Foreign);

    // Transformations that we never use match other requests.
    let bare = sdk::ByteMatchStatement::builder()
        .search_string(aws_smithy_types::Blob::new("/oauth2/"))
        .positional_constraint(sdk::PositionalConstraint::StartsWith)
        .field_to_match(
            sdk::FieldToMatch::builder()
                .uri_path(sdk::UriPath::builder().build())
                .build(),
        )
        .text_transformations(
            sdk::TextTransformation::builder()
                .priority(0)
                .r#type(sdk::TextTransformationType::CmdLine)
                .build()
                .unwrap(),
        )
        .build()
        .unwrap();
    let statement = sdk::Statement::builder().byte_match_statement(bare).build();
    assert_eq!(statement::from_sdk(statement), Statement::Foreign);
}

/// Who may write `x-forwarded-for` chooses the country and the address of such a rule; an excluded rule refuses nothing.
#[test]
fn a_rule_that_believes_a_header_or_leaves_rules_out_is_none_of_ours() {
    let header = sdk::ForwardedIpConfig::builder()
        .header_name("x-forwarded-for")
        .fallback_behavior(sdk::FallbackBehavior::NoMatch)
        .build()
        .unwrap();
    let geo = sdk::GeoMatchStatement::builder()
        .country_codes(sdk::CountryCode::De)
        .forwarded_ip_config(header);
    let header = sdk::IpSetForwardedIpConfig::builder()
        .header_name("x-forwarded-for")
        .fallback_behavior(sdk::FallbackBehavior::NoMatch)
        .position(sdk::ForwardedIpPosition::First)
        .build()
        .unwrap();
    let set = sdk::IpSetReferenceStatement::builder()
        .arn("arn:ipset")
        .ip_set_forwarded_ip_config(header);
    let group = sdk::ManagedRuleGroupStatement::builder()
        .vendor_name("AWS")
        .name("AWSManagedRulesCommonRuleSet")
        .excluded_rules(sdk::ExcludedRule::builder().name("NoUserAgent_HEADER").build().unwrap());
    for statement in [
        sdk::Statement::builder().geo_match_statement(geo.build()),
        sdk::Statement::builder().ip_set_reference_statement(set.build().unwrap()),
        sdk::Statement::builder().managed_rule_group_statement(group.build().unwrap()),
    ] {
        assert_eq!(statement::from_sdk(statement.build()), Statement::Foreign);
    }
}

#[tokio::test(start_paused = true)]
async fn a_distribution_that_is_just_leaving_is_waited_for() {
    let canned = canned([
        json_error(400, "WAFAssociatedItemException", "still associated"),
        answer(200, "{}"),
    ])
    .await;
    canned.aws.wafv2().delete_web_acl("n", "i1", "t1").await.unwrap();
    assert_eq!(canned.sent().len(), 2);
}

#[tokio::test]
async fn a_web_acl_is_created_in_cloudfronts_scope() {
    let canned = canned([answer(
        200,
        r#"{"Summary":{"Name":"n","Id":"i1","ARN":"arn:acl","LockToken":"t1"}}"#,
    )])
    .await;
    let tags = Tags::from([("team".to_owned(), "edge".to_owned())]);
    let made = canned.aws.wafv2().create_web_acl(&config(), &tags).await.unwrap();
    assert_eq!(made, ("i1".to_owned(), "arn:acl".to_owned()));
    let sent = canned.sent();
    assert_eq!(sent[0].header("x-amz-target"), Some("AWSWAF_20190729.CreateWebACL"));
    for part in [
        r#""Scope":"CLOUDFRONT""#,
        r#""AggregateKeyType":"IP""#,
        r#""EvaluationWindowSec":60"#,
        r#""UriPath":{}"#,
        r#""Type":"URL_DECODE""#,
        r#""Type":"LOWERCASE""#,
        r#""VendorName":"AWS""#,
        r#""OverrideAction":{"None":{}}"#,
        r#""SampledRequestsEnabled":false"#,
        r#""ResponseCode":429"#,
        r#""CustomResponseBodyKey":"sorry""#,
        r#""CustomResponseBodies":{"sorry":{"ContentType":"TEXT_PLAIN","Content":"Not from there."}}"#,
        r#""SingleHeader":{"Name":"user-agent"}"#,
        r#""InspectionLevel":"TARGETED","EnableMachineLearning":false"#,
        r#""Tags":[{"Key":"team","Value":"edge"}]"#,
    ] {
        assert!(sent[0].body.contains(part), "{part} in {}", sent[0].body);
    }
}

#[tokio::test]
async fn a_stale_lock_token_is_a_conflict_and_tried_once() {
    let canned = canned([json_error(400, "WAFOptimisticLockException", "stale")]).await;
    let error = canned
        .aws
        .wafv2()
        .update_web_acl("i1", "t0", &config())
        .await
        .unwrap_err();
    assert!(error.is_conflict());
    assert!(canned.sent()[0].body.contains(r#""LockToken":"t0""#));
}

#[tokio::test(start_paused = true)]
async fn an_object_made_a_moment_ago_is_waited_for() {
    let canned = canned([
        json_error(400, "WAFUnavailableEntityException", "try again"),
        answer(200, r#"{"NextLockToken":"t2"}"#),
    ])
    .await;
    let token = canned.aws.wafv2().update_web_acl("i1", "t1", &config()).await.unwrap();
    assert_eq!(token, "t2");
}

#[tokio::test]
async fn addresses_are_sent_with_their_version_and_read_back() {
    let canned = canned([
        answer(
            200,
            r#"{"Summary":{"Name":"n","Id":"i1","ARN":"arn:set","LockToken":"t1"}}"#,
        ),
        answer(
            200,
            r#"{"IPSet":{"Name":"n","Id":"i1","ARN":"arn:set","Description":"d","IPAddressVersion":"IPV6",
                "Addresses":["2001:db8::/32"]},"LockToken":"t1"}"#,
        ),
    ])
    .await;
    let config = IpSetConfig {
        name: "n".to_owned(),
        description: "d".to_owned(),
        version: IpVersion::V6,
        addresses: BTreeSet::from(["2001:db8::/32".to_owned()]),
    };
    let firewall = canned.aws.wafv2();
    assert_eq!(firewall.create_ip_set(&config, &Tags::new()).await.unwrap(), "arn:set");
    assert_eq!(firewall.ip_set("n", "i1").await.unwrap().config, config);
    let sent = &canned.sent()[0].body;
    for part in [r#""IPAddressVersion":"IPV6""#, r#""Addresses":["2001:db8::/32"]"#] {
        assert!(sent.contains(part), "{part} in {sent}");
    }
}

#[tokio::test]
async fn logging_says_what_is_left_out() {
    let logging = Logging {
        destination: "arn:aws:s3:::aws-waf-logs-main".to_owned(),
        redacted: BTreeSet::from([Part::Header("cookie".to_owned()), Part::Query]),
        kept: Kept::Matched,
    };
    let canned = canned([answer(200, "{}")]).await;
    canned.aws.wafv2().put_logging("arn:acl", &logging).await.unwrap();
    let sent = &canned.sent()[0].body;
    for part in [
        r#""LogDestinationConfigs":["arn:aws:s3:::aws-waf-logs-main"]"#,
        r#"{"SingleHeader":{"Name":"cookie"}}"#,
        r#"{"QueryString":{}}"#,
        r#""DefaultBehavior":"DROP""#,
    ] {
        assert!(sent.contains(part), "{part} in {sent}");
    }
}
