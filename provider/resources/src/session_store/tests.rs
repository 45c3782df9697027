//! A store of schema version 0, which had no queue: its state as an apply of that version stored it, and what becomes of it.

use std::sync::Arc;

use serde_json::json;
use zt_framework::lifecycle::{Managed, PlanInput, Planned};
use zt_framework::testing::plan_is_valid;
use zt_framework::{Context, Resource, Value};

use super::SessionStore;
use crate::connection::Connection;

const STORE: &str = "arn:aws:cloudfront::222233334444:key-value-store/b999c1ac-fc25-4a19-a4f3-f584be8bfdce";
const PEPPER: &str = "arn:aws:secretsmanager:us-east-1:222233334444:secret:zt/main/pepper-edd0cf";
/// What is new in version 1.
const NEW: [&str; 4] = ["queue_url", "queue_arn", "dead_letter_queue_arn", "writer_function_arn"];

/// Taken from a state file.
fn version_0() -> serde_json::Value {
    json!({
        "arn": STORE,
        "instance_id": "IdBii8n9",
        "max_session_lifetime": "12h",
        "name": "main",
        "pages": 4096,
        "pepper_secret_arn": PEPPER,
        "secret_recovery_days": 0,
        "session_store": {
            "arn": STORE,
            "max_session_lifetime": "12h",
            "name": "main",
            "pepper_secret_arn": PEPPER,
        },
        "tags": { "team": "edge" },
        "tags_all": { "team": "edge" },
        "timeouts": null,
    })
}

fn managed() -> Managed {
    let resource = SessionStore::new(Connection::default());
    let schema = resource.schema();
    Managed {
        ty: schema.ty(),
        identity: resource.identity(),
        schema,
        resource: Arc::new(resource),
    }
}

async fn plan(managed: &Managed, prior: Value) -> Planned {
    let config = managed.schema.complete(&Value::object([
        ("name", "main".into()),
        ("secret_recovery_days", 0.into()),
        ("tags", Value::map([("team", "edge".into())])),
    ]));
    let input = PlanInput {
        proposed: zt_framework::testing::proposed(&managed.schema, &prior, &config),
        config: config.clone(),
        prior: prior.clone(),
        identity: None,
        private: Vec::new(),
    };
    let planned = managed.plan(&Context::default(), input).await;
    assert!(!planned.diagnostics.has_errors());
    plan_is_valid(&managed.schema, &prior, &config, &planned.planned).unwrap();
    planned
}

#[tokio::test]
async fn an_old_state_is_kept_whole_and_says_that_there_is_no_queue() {
    let managed = managed();
    assert_eq!(managed.schema.version, 1);
    let state = managed.upgrade(&Context::default(), 0, version_0()).await.unwrap();
    for name in [
        "arn",
        "instance_id",
        "max_session_lifetime",
        "name",
        "pepper_secret_arn",
    ] {
        assert_eq!(state.get(name).as_str(), version_0()[name].as_str(), "{name}");
    }
    assert_eq!(state.get("secret_recovery_days").as_i64(), Some(0));
    assert_eq!(state.get("session_store").get("arn").as_str(), Some(STORE));
    assert!(state.get("session_store").get("queue").is_null());
    for name in NEW.into_iter().chain(["writer", "writer_revision"]) {
        assert!(state.get(name).is_null(), "{name}");
    }
}

#[tokio::test]
async fn an_old_store_gets_its_queue_in_place_and_keeps_all_that_sessions_hang_on() {
    let managed = managed();
    let state = managed.upgrade(&Context::default(), 0, version_0()).await.unwrap();
    let Planned {
        planned,
        requires_replace,
        ..
    } = plan(&managed, state).await;
    assert!(requires_replace.is_empty(), "nobody is logged out");
    for name in NEW {
        assert!(planned.get(name).is_unknown(), "{name}");
    }
    assert_eq!(
        planned.get("writer_revision").as_str(),
        Some(zt_edge::store_writer_version().as_str())
    );
    for (name, value) in [("arn", STORE), ("pepper_secret_arn", PEPPER)] {
        assert_eq!(planned.get(name).as_str(), Some(value));
        assert_eq!(planned.get("session_store").get(name).as_str(), Some(value));
    }
    assert!(planned.get("session_store").get("queue").get("url").is_unknown());
}

#[tokio::test]
async fn a_store_whose_writer_is_in_place_keeps_its_names() {
    let managed = managed();
    let mut state = managed.upgrade(&Context::default(), 0, version_0()).await.unwrap();
    for name in NEW {
        state.set(name, "arn:aws:sqs:eu-central-1:222233334444:known");
    }
    // A part that a refresh found out of order.
    state.set("writer_revision", Value::Null);
    let planned = plan(&managed, state).await.planned;
    for name in NEW {
        assert_eq!(
            planned.get(name).as_str(),
            Some("arn:aws:sqs:eu-central-1:222233334444:known")
        );
    }
    assert!(planned.get("writer_revision").as_str().is_some());
    let queue = planned.get("session_store").get("queue");
    assert_eq!(queue.get("region").as_str(), Some("eu-central-1"));
}
