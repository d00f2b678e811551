//! Wherever an operation is interrupted, repeating the request completes it.

use scim_gateway_tests::world::{World, patch};
use serde_json::{Value, json};

/// A fault of the app at one kind of call.
struct Cut {
    what: &'static str,
    method: &'static str,
    path: &'static str,
    fault: Value,
}

fn cuts(method: &'static str, path: &'static str) -> Vec<Cut> {
    [
        ("the call never arrives", json!({ "drop": true })),
        ("its answer is lost", json!({ "drop": true, "after": true })),
        ("the app breaks", json!({ "status": 500 })),
        ("the app acts and breaks", json!({ "status": 502, "after": true })),
    ]
    .into_iter()
    .map(|(what, fault)| Cut { what, method, path, fault })
    .collect()
}

impl Cut {
    fn arm(&self, world: &World) {
        let mut fault = self.fault.clone();
        fault["method"] = json!(self.method);
        fault["path"] = json!(format!("/scim/v1{}", self.path));
        fault["times"] = json!(50);
        world.app().fault(json!({ "faults": [fault] })).unwrap();
    }
}

fn repair(world: &World) {
    world.app().fault(json!({ "faults": [] })).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivation_that_is_cut_off_is_finished_by_the_next_request() {
    let world = World::okta("splashtop").await;
    let ada = world.user("ada@example.com").await;
    let sales = world.group("Sales", &[&ada]).await;
    for cut in cuts("DELETE", "/Users") {
        for by_reading in [false, true] {
            cut.arm(&world);
            let failed = world.set_active(&ada, false).await;
            assert!(failed.status >= 500, "{}: {failed:?}", cut.what);
            repair(&world);
            if by_reading {
                assert_eq!(world.get(&format!("/Users/{ada}")).await.expect(200)["active"], false, "{}", cut.what);
            } else {
                assert_eq!(world.find("/Users", "userName eq \"ada@example.com\"").await.len(), 1, "{}", cut.what);
            }
            assert!(world.app_users().is_empty(), "{}", cut.what);
            assert_eq!(world.set_active(&ada, false).await.expect(200)["active"], false, "{}", cut.what);
            assert_eq!(world.set_active(&ada, true).await.expect(200)["id"], json!(ada), "{}", cut.what);
            assert_eq!(world.app_members("Sales"), ["ada@example.com"], "{}", cut.what);
        }
    }
    assert_eq!(world.members(&sales).await, [ada]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_must_not_be_removed_stays_active() {
    let world = World::okta("splashtop").await;
    let ada = world.user("ada@example.com").await;
    world.app().fault(json!({ "faults": [{ "method": "DELETE", "status": 403, "times": 50 }] })).unwrap();
    world.set_active(&ada, false).await.expect(502);
    repair(&world);
    let read = world.get(&format!("/Users/{ada}")).await.expect(200);
    assert_eq!((&read["active"], &read["externalId"]), (&json!(true), &json!("e-ada@example.com")));
    assert_eq!(world.app_users(), ["ada@example.com"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_cut_off_is_finished_by_the_same_request() {
    let world = World::okta("splashtop").await;
    let ada = world.user("ada@example.com").await;
    world.group("Sales", &[&ada]).await;
    for cut in cuts("POST", "/Users").into_iter().chain(cuts("PATCH", "/Groups")) {
        world.set_active(&ada, false).await.expect(200);
        cut.arm(&world);
        let failed = world.set_active(&ada, true).await;
        assert!(failed.status >= 500, "{} {}: {failed:?}", cut.path, cut.what);
        assert_eq!(world.get(&format!("/Users/{ada}")).await.expect(200)["active"], false, "{} {}", cut.path, cut.what);
        repair(&world);
        let restored = world.set_active(&ada, true).await.expect(200);
        assert_eq!((&restored["id"], &restored["active"]), (&json!(ada), &json!(true)), "{} {}", cut.path, cut.what);
        assert_eq!(world.app_users(), ["ada@example.com"], "{} {}", cut.path, cut.what);
        assert_eq!(world.app_members("Sales"), ["ada@example.com"], "{} {}", cut.path, cut.what);
    }
    // If the user is deleted instead, nothing of the interrupted restore is left.
    world.set_active(&ada, false).await.expect(200);
    cuts("POST", "/Users")[1].arm(&world);
    assert!(world.set_active(&ada, true).await.status >= 500);
    repair(&world);
    world.delete(&format!("/Users/{ada}")).await.expect(204);
    assert!(world.app_users().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_members_that_is_cut_off_is_finished_by_the_same_request() {
    for rule in ["latest_created", "latest_added"] {
        let world = World::okta("splashtop").await;
        world.app().switch(&json!({ "group_rule": rule })).unwrap();
        let ada = world.user("ada@example.com").await;
        let first = world.group("First", &[&ada]).await;
        let second = world.group("Second", &[]).await;
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]);
        let remove = json!([{ "op": "remove", "path": "members", "value": [{ "value": ada }] }]);
        let (into, out_of) = ((&second, &add, "Second"), (&second, &remove, "First"));
        for ((group, operations, effective), on) in [(into, &second), (out_of, &second), (out_of, &first)] {
            for cut in cuts("PATCH", "/Groups/*") {
                let mut fault = cut.fault.clone();
                fault["method"] = json!("PATCH");
                fault["path"] = json!(format!("/scim/v1/Groups/{on}"));
                fault["times"] = json!(50);
                // Start from the opposite state.
                let before = if effective == "Second" { &remove } else { &add };
                world.patch(&format!("/Groups/{second}"), before.clone()).await.expect(204);
                world.app().fault(json!({ "faults": [fault] })).unwrap();
                let failed = world.patch(&format!("/Groups/{group}"), operations.clone()).await;
                assert!(failed.status >= 500, "{rule} {effective} {}: {failed:?}", cut.what);
                repair(&world);
                world.patch(&format!("/Groups/{group}"), operations.clone()).await.expect(204);
                for name in ["First", "Second"] {
                    let users = if name == effective { vec!["ada@example.com"] } else { Vec::new() };
                    assert_eq!(world.app_members(name), users, "{rule} {effective} {}", cut.what);
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_in_the_middle_loses_no_user() {
    let mut world = World::okta("splashtop").await;
    let ada = world.user("ada@example.com").await;
    world.group("Sales", &[&ada]).await;
    for (active, method, path) in
        [(false, "DELETE", "/Users"), (true, "POST", "/Users"), (false, "DELETE", "/Users"), (true, "PATCH", "/Groups")]
    {
        for after in [false, true] {
            world.set_active(&ada, !active).await.expect(200);
            world.app().clear_calls();
            let path = format!("/scim/v1{path}");
            let fault = json!({ "method": method, "path": path, "delay-ms": 60_000, "after": after });
            world.app().fault(json!({ "faults": [fault] })).unwrap();
            let body = patch(json!([{ "op": "replace", "path": "active", "value": active }]));
            let resource = format!("/Users/{ada}");
            let is_under_way = async {
                let is_it = |call: &scim_gateway_tests::simulators::control::RecordedCall| {
                    call.method == method && call.path.starts_with(&path)
                };
                while !world.app().calls().iter().any(is_it) {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                answer = world.try_call("PATCH", &resource, &body) => panic!("{method} {answer:?}"),
                () = is_under_way => {}
            }
            world.kill();
            repair(&world);
            world.start_again().await;
            assert_eq!(world.get(&resource).await.expect(200)["id"], json!(ada), "{method} {after}");
            assert_eq!(world.set_active(&ada, active).await.expect(200)["active"], active, "{method} {after}");
            let users = if active { vec!["ada@example.com"] } else { Vec::new() };
            assert_eq!(world.app_users(), users, "{method} {after}");
            assert_eq!(world.app_members("Sales"), users, "{method} {after}");
        }
    }
}
