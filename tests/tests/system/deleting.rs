//! DELETE of what does not exist, and what an app says of the gateway's credential.

use scim_gateway_tests::world::{World, okta_user};
use serde_json::json;

const CONNECTORS: [&str; 3] = ["samanage", "splashtop", "askspoke"];

#[tokio::test]
async fn what_does_not_exist_cannot_be_deleted() {
    for connector in CONNECTORS {
        let world = World::okta(connector).await;
        let ada = world.user("ada@example.com").await;
        let crew = world.group("Crew", &[]).await;
        for path in [format!("/Users/{ada}"), format!("/Groups/{crew}")] {
            world.delete(&path).await.expect(204);
            let again = world.delete(&path).await;
            assert_eq!(again.error(), (404, None), "{connector} {path}: {}", again.body);
        }
        world.delete("/Users/never-was").await.expect(404);
    }
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_ends_well_when_it_is_repeated() {
    for connector in CONNECTORS {
        let world = World::okta(connector).await;
        let ada = world.user("ada@example.com").await;
        let lost = json!({ "faults": [{ "method": "DELETE", "times": 9, "status": 500, "after": true }] });
        world.app().fault(lost).unwrap();
        let first = world.delete(&format!("/Users/{ada}")).await.status;
        world.app().fault(json!({ "faults": [] })).unwrap();
        let again = world.delete(&format!("/Users/{ada}")).await.status;
        assert!([204, 404, 502].contains(&first) && [204, 404].contains(&again), "{connector}: {first}, {again}");
        world.get(&format!("/Users/{ada}")).await.expect(404);
        // Nothing of the user is in the way of another one.
        world.user("ada@example.com").await;
    }
}

#[tokio::test]
async fn what_the_app_says_of_the_gateways_credential_is_502_for_the_client() {
    for connector in CONNECTORS {
        let world = World::okta(connector).await;
        for status in [401, 403] {
            let refused = json!({ "faults": [{ "path": "*/Users*", "status": status }, { "path": "/users*", "status": status }] });
            world.app().fault(refused).unwrap();
            let answer = world.post("/Users", &okta_user("ada@example.com")).await;
            assert_eq!(answer.error(), (502, None), "{connector} {status}: {}", answer.body);
            let detail = answer.body["detail"].as_str().unwrap();
            assert!(detail.contains("credential"), "{connector} {status}: {detail}");
            world.app().fault(json!({ "faults": [] })).unwrap();
        }
        let row = world.failed_rows().pop().unwrap();
        assert!(row.to_string().contains("403"), "{connector}: the operator sees the app's status: {row}");
        assert!(world.log().contains("the connector answered 403"), "{connector}: {}", world.log());
    }
}
