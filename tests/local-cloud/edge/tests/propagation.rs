//! When a location learns of a change: at once, after its delay on the clock that tests move, or not at all while the control plane is silent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use local_cloud_edge::Location;
use support::documents::{Behavior, Distribution};
use support::{Ask, World};

const CODE: &str = "import cf from 'cloudfront';\nasync function handler(event) { const v = await cf.kvs().get('k'); return { statusCode: 200, body: 'one ' + v }; }";

fn deploy(world: &World, code: &str) {
    world.deploy(|aws| {
        aws.distribution(&Distribution::new(
            world.origin,
            Behavior {
                more: Behavior::function("session"),
                ..Behavior::default()
            },
        ));
        aws.function("session", code);
    });
}

#[tokio::test]
async fn without_delay_whoever_asks_sees_what_was_confirmed() {
    let world = World::new().await;
    assert_eq!(world.get("/").await.status, 403, "nothing is deployed");
    world.write_keys(&[("k", Some("a"))]);
    deploy(&world, CODE);
    assert_eq!(world.get("/").await.text(), "one a");
    let asked = world.aws.lock().unwrap().asked.len();
    assert_eq!(world.get("/").await.text(), "one a");
    assert_eq!(
        world.aws.lock().unwrap().asked.len(),
        asked,
        "nothing changed, nothing is read"
    );
    world.write_keys(&[("k", Some("b"))]);
    assert_eq!(world.get("/").await.text(), "one b");
    deploy(&world, &CODE.replace("one", "two"));
    assert_eq!(world.get("/").await.text(), "two b");
}

#[tokio::test]
async fn a_control_plane_that_fails_closes_the_edge() {
    let world = World::new().await;
    world.write_keys(&[("k", Some("a"))]);
    deploy(&world, CODE);
    assert_eq!(world.get("/").await.status, 200);
    world.aws.lock().unwrap().broken = Some(500);
    assert_eq!(world.get("/").await.status, 200, "nothing changed");
    world.write_keys(&[("k", Some("b"))]);
    assert_eq!(world.get("/").await.status, 503, "a change that cannot be read");
    world.aws.lock().unwrap().broken = None;
    assert_eq!(world.get("/").await.text(), "one b");
}

#[tokio::test]
async fn locations_follow_after_their_own_delays() {
    let world = World::with(|options| {
        options.poll_interval = Duration::from_millis(20);
        options.locations.push(Location {
            name: "NRT1".to_owned(),
            delay: Duration::from_secs(60),
        });
    })
    .await;
    let far = || Ask::get("/").header("x-local-edge-location", "NRT1");
    world.write_keys(&[("k", Some("a"))]);
    deploy(&world, CODE);
    assert_eq!(world.get("/").await.text(), "one a");
    assert_eq!(world.ask(far()).await.status, 403, "not there yet");
    world.edge.clock().advance(61_000);
    assert_eq!(world.ask(far()).await.text(), "one a");
    world.write_keys(&[("k", Some("b"))]);
    assert_eq!(world.get("/").await.text(), "one b");
    assert_eq!(world.ask(far()).await.text(), "one a", "stale, as edge locations are");
    world.edge.clock().advance(61_000);
    assert_eq!(world.ask(far()).await.text(), "one b");
    assert_eq!(world.ask(far()).await.header("x-amz-cf-pop"), "NRT1");
}

#[tokio::test]
async fn without_notice_the_edge_polls() {
    let world = World::with(|options| {
        options.changes = None;
        options.poll_interval = Duration::ZERO;
    })
    .await;
    world.aws.lock().unwrap().pairs.insert("k".to_owned(), "a".to_owned());
    world.aws.lock().unwrap().distribution(&Distribution::new(
        world.origin,
        Behavior {
            more: Behavior::function("session"),
            ..Behavior::default()
        },
    ));
    world.aws.lock().unwrap().function("session", CODE);
    assert_eq!(world.get("/").await.text(), "one a");
    world.aws.lock().unwrap().pairs.insert("k".to_owned(), "b".to_owned());
    assert_eq!(world.get("/").await.text(), "one b");
}

#[tokio::test]
async fn the_controls_move_the_clock() {
    let world = World::new().await;
    let control = async |method: &'static str, path: &str| {
        let (status, body) = world.control(method, path, serde_json::Value::Null).await;
        (status, body["offset"].as_i64())
    };
    assert_eq!(control("POST", "/clock?advance=5000").await, (200, Some(5000)));
    assert_eq!(control("GET", "/clock").await, (200, Some(5000)));
    assert_eq!(control("POST", "/clock?reset").await, (200, Some(0)));
    assert_eq!(control("POST", "/clock?advance=x").await.0, 400);
    assert_eq!(control("POST", "/cache/clear").await.0, 200);
    assert_eq!(control("POST", "/lambda/cool").await.0, 200);
    assert_eq!(control("GET", "/other").await.0, 404);
}

#[tokio::test]
async fn a_move_is_answered_once_the_other_parts_go_by_it() {
    let world = World::new().await;
    let mut follower = world.edge.clock().follow();
    let moved = world.control("POST", "/clock?advance=5000", serde_json::Value::Null);
    let mut moved = std::pin::pin!(moved);
    let offset = tokio::select! {
        offset = follower.next() => offset,
        _ = &mut moved => panic!("answered before the others had heard of it"),
    };
    assert_eq!(offset, 5000);
    follower.arrived(offset);
    assert_eq!(moved.await.0, 200);
    drop(follower);
    assert_eq!(
        world.control("POST", "/clock?reset", serde_json::Value::Null).await.0,
        200
    );
}
