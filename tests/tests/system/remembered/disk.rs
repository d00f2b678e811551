//! A disk that is full, at every write of the store.
//!
//! The gateway runs under a limit on the size of files, which an operator's disk imposes on all at once; lifting it is the operator who
//! makes room. What needs no disk goes on, what the disk did not take is not acknowledged, and nothing has to be restarted.

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use scim_gateway_tests::world::{World, eventually, group, okta_user};
use serde_json::json;

/// Limits the bytes of every file that the gateway writes.
fn limit(world: &World, bytes: Option<u64>) {
    let process = i32::try_from(world.process()).unwrap();
    let limit = Rlimit { current: bytes, maximum: None };
    prlimit(Pid::from_raw(process), Resource::Fsize, limit).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_makes_no_false_success_and_is_over_when_there_is_room() {
    for app in ["splashtop", "askspoke"] {
        let world = World::okta_that_survives_a_full_disk(app).await;
        let ada = world.user("ada@example.com").await;
        let bob = world.user("bob@example.com").await;
        let sales = world.group("Sales", &[&ada]).await;
        let (ada_path, group_path) = (format!("/Users/{ada}"), format!("/Groups/{sales}"));

        limit(&world, Some(0));
        let deactivate = json!([{ "op": "replace", "value": { "active": false } }]);
        let external = json!([{ "op": "replace", "path": "externalId", "value": "e-2" }]);
        let member = json!([{ "op": "add", "path": "members", "value": [{ "value": bob }] }]);
        let mut inactive = okta_user("eve@example.com");
        inactive["active"] = json!(false);
        let answers = [
            world.patch(&ada_path, deactivate.clone()).await,
            world.patch(&group_path, member.clone()).await,
            world.post("/Users", &inactive).await,
            world.post("/Groups", &group("Support", &[&bob])).await,
        ];
        for answer in &answers {
            assert_eq!(answer.status, 503, "{app}: {}", answer.body);
        }
        if app == "askspoke" {
            assert_eq!(world.patch(&ada_path, external.clone()).await.status, 503, "{app}");
        }
        // Nobody was removed whom the store could not remember.
        assert_eq!(world.app_users(), ["ada@example.com", "bob@example.com"], "{app}");
        // Reading goes on, and the gateway says what is wrong.
        assert_eq!(world.get(&ada_path).await.expect(200)["active"], true, "{app}");
        let ready = world.operator_page("/readyz").await;
        assert_eq!(ready.status, 503, "{}", ready.body);
        assert_eq!(ready.json()["shared"]["store"]["state"], "failed", "{}", ready.body);
        assert_eq!(world.operator_page("/healthz").await.status, 200);

        limit(&world, None);
        // The store notices by itself, and the clients' repeated requests succeed.
        eventually("the store", async || world.operator_page("/readyz").await.status == 200).await;
        world.patch(&ada_path, deactivate).await.expect(200);
        world.patch(&group_path, member).await.expect(204);
        world.post("/Users", &inactive).await.expect(201);
        assert_eq!(world.get(&ada_path).await.expect(200)["active"], false, "{app}");
        let mut both = vec![ada.clone(), bob.clone()];
        both.sort();
        assert_eq!(world.members(&sales).await, both, "{app}");
        assert_eq!(world.app_users(), ["bob@example.com"], "{app}");
    }
}
