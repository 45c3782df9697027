//! Log groups against canned answers: a prefix finds more than one asks for.

use super::*;
use crate::testing::{answer, canned};

#[tokio::test]
async fn only_the_whole_name_is_found() {
    let first = r#"{"logGroups":[{"logGroupName":"/a-b","arn":"arn:x:/a-b:*"}],"nextToken":"t"}"#;
    let second = r#"{"logGroups":[{"logGroupName":"/a","arn":"arn:x:/a:*","retentionInDays":30}]}"#;
    let canned = canned([answer(200, first), answer(200, second)]).await;
    let group = canned.aws.logs("eu-central-1").group("/a").await.unwrap();
    let wanted = LogGroup {
        arn: "arn:x:/a".to_owned(),
        retention_days: Some(30),
    };
    assert_eq!(group, Some(wanted));
    let canned = self::canned([answer(200, r#"{"logGroups":[{"logGroupName":"/a-b","arn":"y"}]}"#)]).await;
    assert_eq!(canned.aws.logs("eu-central-1").group("/a").await.unwrap(), None);
}
