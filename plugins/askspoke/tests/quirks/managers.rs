//! The manager.

use super::*;

#[test]
fn a3_a_manager_is_answered_as_the_complex_object_however_askspoke_shows_him() {
    for (shown, answered) in [
        (json!({"value": "77"}), Some(json!({"value": "77"}))),
        (json!({"value": "77", "displayName": "Boss"}), Some(json!({"value": "77", "displayName": "Boss"}))),
        (json!("77"), Some(json!({"value": "77"}))),
        (json!(77), Some(json!({"value": "77"}))),
        (json!([{"value": "77"}]), Some(json!({"value": "77"}))),
        (json!(""), None),
        (json!({}), None),
        (json!({"value": ""}), None),
        (json!(null), None),
    ] {
        let user = ann_with(json!({ENTERPRISE: {"department": "IT", "manager": shown}}));
        let list = json!({"totalResults": 1, "Resources": [user.clone()]});
        let fake = FakeApp::new().reply("GET", "/Users/602b", Reply::json(200, user)).reply(
            "GET",
            "/Users",
            Reply::json(200, list),
        );
        let read = AskSpoke::read(fake.app(), "User", "602b", &[]).unwrap();
        let found = AskSpoke::search(fake.app(), "User", &query("userName", "ann@acme.example", &[])).unwrap();
        for stored in std::iter::once(&read).chain(&found.resources) {
            let extension = &stored.document.as_ref().unwrap()[ENTERPRISE];
            assert_eq!(extension.get("manager"), answered.as_ref(), "{shown}");
            assert_eq!(extension["department"], "IT");
        }
    }
}

#[test]
fn a3_a_manager_is_set_by_his_id_and_removed() {
    let expected = json!([{"op": "replace", "path": MANAGER, "value": "77"}]);
    assert_eq!(operations(json!({MANAGER: "77"})), expected);
    assert_eq!(operations(json!({MANAGER: null})), json!([{"op": "remove", "path": MANAGER}]));
}

#[test]
fn a3_a_manager_whom_askspoke_does_not_know_is_left_out_and_reported_and_the_user_is_created() {
    let fake = FakeApp::new()
        .reply("POST", "/Users", Reply::scim_error(400, Some("invalidValue"), "manager 77 does not exist"))
        .reply("GET", "/Users/77", Reply::status(404))
        .reply("POST", "/Users", Reply::json(201, ann()));
    let user = object(json!({"userName": "ann@acme.example", ENTERPRISE: {"manager": {"value": "77"}}}));
    let stored = AskSpoke::create(fake.app(), "User", user).unwrap();
    assert_eq!((stored.id.as_str(), stored.unresolved), ("602b", vec![MANAGER.to_owned()]));
    assert_eq!(fake.bodies()[2], json!({"userName": "ann@acme.example", "schemas": [CORE]}));
}
