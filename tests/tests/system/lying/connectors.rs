//! What the gateway and the three connectors believe of an app.

use super::request::{Outcome, Request};
use scim_gateway_tests::simulators::control::Lie;
use scim_gateway_tests::world::World;
use serde_json::json;

const USERS: u32 = 150;

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_lies_is_found_out_or_does_no_harm() {
    for connector in ["samanage", "splashtop", "askspoke"] {
        let world = World::exact(connector).await;
        world.app().seed(USERS);
        let known = world.list("/Users", &[("startIndex", "120"), ("count", "1")]).await.expect(200);
        let id = known["Resources"][0]["id"].as_str().unwrap().to_owned();
        let requests = [
            Request::Window("1", "200"),
            Request::Filter("displayName sw \"U\""),
            Request::Filter("userName eq \"user77@seed.example\""),
            Request::Cursor("60"),
            Request::One(&id),
        ];
        for request in requests {
            world.app().fault(json!({ "faults": [] })).unwrap();
            let right = request.make(&world, "/Users").await;
            assert!(matches!(right, Outcome::Answer(_)), "{connector} {request:?}: {right:?}");
            for lie in Lie::ALL {
                world.app().fault(json!({ "faults": [{ "method": "GET", "times": 1000, "lie": lie }] })).unwrap();
                match request.make(&world, "/Users").await {
                    Outcome::Refused(502, detail) => assert!(!detail.is_empty(), "{connector} {request:?} {lie:?}"),
                    outcome => assert_eq!(outcome, right, "{connector} {request:?} {lie:?}"),
                }
            }
        }
    }
}
