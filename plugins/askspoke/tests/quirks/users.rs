//! Users: names, and the number of calls of each operation.

use super::*;

fn created(fields: Value) -> Value {
    let fake = FakeApp::new().reply("POST", "/Users", Reply::json(201, ann()));
    AskSpoke::create(fake.app(), "User", object(fields)).unwrap();
    assert_eq!(fake.calls().len(), 1);
    fake.bodies()[0].clone()
}

#[test]
fn a1_the_work_address_changes_without_the_user_name_and_the_other_way_round() {
    for path in [EMAIL, "userName"] {
        let expected = json!([{"op": "replace", "path": path, "value": "new@acme.example"}]);
        assert_eq!(operations(json!({path: "new@acme.example"})), expected);
    }
    let fake = FakeApp::new().reply("GET", "/Users/602b", Reply::json(200, ann()));
    let user = AskSpoke::read(fake.app(), "User", "602b", &[]).unwrap().document.unwrap();
    assert_eq!(
        (&user["userName"], &user["emails"][0]["value"]),
        (&json!("ann@acme.example"), &json!("ann.bell@acme.example"))
    );
}

#[test]
fn a5_the_spoke_extension_is_read_though_schemas_do_not_name_it_and_named_when_it_is_sent() {
    let body = created(json!({"userName": "ann@acme.example", SPOKE: {"startDate": "2021-03-01"}}));
    assert_eq!(body["schemas"], json!([CORE, SPOKE]));
    let user = ann_with(json!({SPOKE: {"startDate": "2021-03-01"}}));
    assert_eq!(user["schemas"], json!([CORE]));
    let fake = FakeApp::new().reply("GET", "/Users/602b", Reply::json(200, user));
    let user = AskSpoke::read(fake.app(), "User", "602b", &[]).unwrap().document.unwrap();
    assert_eq!(user[SPOKE], json!({"startDate": "2021-03-01"}));
}

#[test]
fn a6_a_new_user_is_active_and_a_change_never_says_so() {
    let body = created(json!({"userName": "ann@acme.example", "active": true}));
    assert_eq!(body["active"], true);
    let fake = FakeApp::new();
    AskSpoke::update(fake.app(), "User", "602b", &change(json!({"active": false}))).unwrap();
    assert!(fake.calls().is_empty());
    let fake = FakeApp::new().reply("DELETE", "/Users/602b", Reply::status(204));
    assert_eq!(AskSpoke::delete(fake.app(), "User", "602b"), Ok(()));
}

#[test]
fn a7_the_formatted_name_is_in_the_place_of_the_display_name() {
    for (sent, formatted) in [
        (json!({"name": {"formatted": "Ann Bell"}}), json!("Ann Bell")),
        (json!({"displayName": "Annie"}), json!("Annie")),
        (json!({"displayName": "Annie", "name": {"formatted": "Ann Bell"}}), json!("Ann Bell")),
        (json!({"displayName": "Annie", "name": {"givenName": "Ann", "formatted": " "}}), json!("Annie")),
        (json!({"name": {"givenName": "Ann", "familyName": "Bell"}}), json!("Ann Bell")),
        (json!({"name": {"familyName": "Bell"}}), json!("Bell")),
        (json!({"userName": "ann"}), json!(null)),
    ] {
        let body = created(sent.clone());
        assert_eq!(body["name"]["formatted"], formatted, "{sent}");
        assert_eq!(body.get("displayName"), None, "{sent}");
    }
}

#[test]
fn a7_a_new_display_name_is_a_new_formatted_name() {
    let renamed = |name: &str| json!([{"op": "replace", "path": "name.formatted", "value": name}]);
    assert_eq!(operations(json!({"displayName": "Annie"})), renamed("Annie"));
    assert_eq!(operations(json!({"name.formatted": "Ann B"})), renamed("Ann B"));
    assert_eq!(operations(json!({"displayName": "Annie", "name.formatted": "Ann B"})), renamed("Ann B"));
    // A client that writes whole users may send only one of them.
    assert_eq!(operations(json!({"displayName": "Annie", "name.formatted": null})), renamed("Annie"));
    let cleared = json!([{"op": "remove", "path": "name.formatted"}]);
    assert_eq!(operations(json!({"displayName": null, "name.formatted": null})), cleared);
    for alone in ["displayName", "name.formatted"] {
        let fake = FakeApp::new();
        AskSpoke::update(fake.app(), "User", "602b", &change(json!({alone: null}))).unwrap();
        assert!(fake.calls().is_empty(), "{alone}");
    }
}

#[test]
fn a7_the_display_name_is_answered_from_the_formatted_one() {
    let fake = FakeApp::new().reply("POST", "/Users", Reply::json(201, ann())).reply(
        "PATCH",
        "/Users/602b",
        Reply::json(200, ann_with(json!({"name": {"givenName": "Ann"}}))),
    );
    let made = AskSpoke::create(fake.app(), "User", Object::new()).unwrap();
    assert_eq!(made.document.unwrap()["displayName"], "Ann Bell");
    let changed = AskSpoke::update(fake.app(), "User", "602b", &change(json!({"title": "x"}))).unwrap();
    assert_eq!(changed.document.unwrap().get("displayName"), None);
}

#[test]
fn finding_a_user_by_name_is_one_call() {
    let list = json!({"totalResults": 1, "Resources": [ann()]});
    let fake = FakeApp::new().reply("GET", "/Users", Reply::json(200, list));
    let page = AskSpoke::search(fake.app(), "User", &query("userName", "ann@acme.example", &[])).unwrap();
    assert_eq!(page.total, Some(1));
    assert_eq!(fake.lines(), [r#"GET /Users?filter=userName eq "ann@acme.example"&startIndex=1&count=100"#]);
}

#[test]
fn a_name_that_is_taken_is_409_in_askspokes_words() {
    let fake =
        FakeApp::new().reply("POST", "/Users", Reply::scim_error(409, Some("uniqueness"), "the user name is taken"));
    let fault = AskSpoke::create(fake.app(), "User", Object::new()).unwrap_err();
    assert!(fault.is(409, Some("uniqueness")));
    assert_eq!(fault.detail, "the user name is taken");
}
