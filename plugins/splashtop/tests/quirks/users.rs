//! Users: the content of an update, and the number of calls of each operation.

use super::*;
use scim_connector_sdk::Level;

#[test]
fn p3_another_user_name_is_400_mutability_and_the_same_in_another_case_is_nothing() {
    for (wanted, ok) in [("ADA@Acme.example", true), ("ada@acme.example", true), ("eve@acme.example", false)] {
        let fake = FakeApp::new().reply("GET", "/Users/100", Reply::json(200, ada()));
        let updated = Splashtop::update(fake.app(), "User", "100", &change(json!({"userName": wanted})));
        match updated {
            Ok(stored) => assert_eq!((stored.id.as_str(), ok), ("100", true)),
            Err(fault) => assert!(fault.is(400, Some("mutability")) && !ok, "{wanted}: {fault}"),
        }
        assert_eq!(fake.lines(), ["GET /Users/100"]);
    }
}

#[test]
fn p3_nothing_is_written_beside_a_user_name_that_cannot_be() {
    let fake = FakeApp::new().reply("GET", "/Users/100", Reply::json(200, ada()));
    let change = change(json!({"displayName": "Eve", "userName": "eve@acme.example"}));
    assert!(Splashtop::update(fake.app(), "User", "100", &change).unwrap_err().is(400, Some("mutability")));
    assert_eq!(fake.calls().len(), 1);
}

#[test]
fn p5_deactivation_is_one_delete_and_reactivation_one_post_with_the_sso_name() {
    let fake = FakeApp::new().reply("DELETE", "/Users/100", Reply::status(204)).reply(
        "POST",
        "/Users",
        Reply::json(201, ada()),
    );
    Splashtop::delete(fake.app(), "User", "100").unwrap();
    Splashtop::create(fake.app(), "User", wanted(Some("Acme SSO"))).unwrap();
    assert_eq!(fake.lines(), ["DELETE /Users/100", "POST /Users"]);
    assert_eq!(fake.bodies()[1]["active"], true);
    assert_eq!(fake.bodies()[1][SPLASHTOP], json!({"ssoName": "Acme SSO"}));
}

#[test]
fn p6_an_update_sends_names_in_one_call_and_nothing_else() {
    let fake = FakeApp::new().reply("PATCH", "/Users/100", Reply::json(200, ada()));
    let change = change(json!({
        "displayName": "Ada Lovelace", "name.givenName": "Augusta", "name.familyName": null,
        "externalId": "a-1", "active": false, SSO_NAME: null
    }));
    Splashtop::update(fake.app(), "User", "100", &change).unwrap();
    let operations = json!([
        {"op": "replace", "path": "displayName", "value": "Ada Lovelace"},
        {"op": "remove", "path": "name.familyName"},
        {"op": "replace", "path": "name.givenName", "value": "Augusta"}
    ]);
    assert_eq!(fake.bodies()[0]["Operations"], operations);
    assert_eq!(fake.calls().len(), 1);
}

#[test]
fn p6_a_change_without_names_reads_the_user_so_that_what_is_kept_has_its_counterpart() {
    let fake = FakeApp::new().reply("GET", "/Users/100", Reply::json(200, ada()));
    let change = change(json!({"externalId": "a-1", SSO_NAME: "Other SSO"}));
    let stored = Splashtop::update(fake.app(), "User", "100", &change).unwrap();
    assert_eq!(stored.document.unwrap()["externalId"], "ada");
    assert_eq!(fake.lines(), ["GET /Users/100"]);
    assert_eq!(fake.log().iter().map(|(level, _)| *level).collect::<Vec<_>>(), [Level::Warn]);
    assert!(fake.log()[0].1.contains("user 100 has a new ssoName"));
}

#[test]
fn p6_after_a_patch_without_an_answer_the_user_is_read_where_something_is_kept() {
    let names = json!({"displayName": "Ada Lovelace"});
    let kept = json!({"displayName": "Ada Lovelace", "externalId": "a-1", SSO_NAME: "Other SSO"});
    let named = json!({"displayName": "Ada Lovelace", "userName": "ADA@acme.example"});
    for (fields, lines) in [
        (names, &["PATCH /Users/100"][..]),
        (kept, &["PATCH /Users/100", "GET /Users/100"][..]),
        (named, &["GET /Users/100", "PATCH /Users/100", "GET /Users/100"][..]),
    ] {
        let fake = FakeApp::new()
            .handle(|call| Some(if call.method == "PATCH" { Reply::status(204) } else { Reply::json(200, ada()) }));
        let stored = Splashtop::update(fake.app(), "User", "100", &change(fields.clone())).unwrap();
        assert_eq!(fake.lines(), lines);
        assert_eq!(stored.document, (lines.len() > 1).then(|| object(ada())), "{fields}");
        assert_eq!(fake.log().len(), usize::from(fields.get(SSO_NAME).is_some()), "{fields}");
        let operations = json!([{"op": "replace", "path": "displayName", "value": "Ada Lovelace"}]);
        assert!(fake.bodies().iter().any(|body| body["Operations"] == operations));
    }
}

#[test]
fn p6_a_put_without_the_extension_clears_no_sso_name_and_the_same_one_is_no_news() {
    for value in [json!(null), json!("Acme SSO")] {
        let fake = FakeApp::new().reply("GET", "/Users/100", Reply::json(200, ada()));
        let stored = Splashtop::update(fake.app(), "User", "100", &change(json!({SSO_NAME: value}))).unwrap();
        assert_eq!(stored.document.unwrap()[SPLASHTOP]["ssoName"], "Acme SSO");
        assert!(fake.log().is_empty());
    }
}

#[test]
fn p12_a_user_with_nothing_but_an_address_is_created_in_one_call_and_never_updated() {
    let fake = FakeApp::new()
        .setting("default-sso-name", "Acme SSO")
        .reply("POST", "/Users", Reply::json(201, ada()))
        .reply("POST", "/Users", Reply::scim_error(409, Some("uniqueness"), "taken"));
    let user = object(json!({"userName": "ada@acme.example", "active": true}));
    Splashtop::create(fake.app(), "User", user.clone()).unwrap();
    let sent = json!({
        "userName": "ada@acme.example", "active": true, SPLASHTOP: {"ssoName": "Acme SSO"}, "schemas": [CORE, SPLASHTOP]
    });
    assert_eq!(fake.bodies(), [sent]);
    assert!(Splashtop::create(fake.app(), "User", user).unwrap_err().is(409, Some("uniqueness")));
}

#[test]
fn finding_a_user_by_name_is_one_call() {
    let list = json!({"totalResults": 1, "Resources": [ada()]});
    let fake = FakeApp::new().reply("GET", "/Users", Reply::json(200, list));
    let page = Splashtop::search(fake.app(), "User", &query("userName", "ada@acme.example", &[])).unwrap();
    assert_eq!((page.resources.len(), page.more), (1, false));
    assert_eq!(fake.lines(), [r#"GET /Users?filter=userName eq "ada@acme.example"&startIndex=1&count=100"#]);
}

#[test]
fn a_third_kind_is_not_there_and_check_asks_for_one_user() {
    let fake = FakeApp::new().reply("GET", "/Users", Reply::json(200, json!({"totalResults": 0})));
    assert_eq!(Splashtop::read(fake.app(), "Device", "1", &[]).unwrap_err().status, 501);
    assert_eq!(Splashtop::check(fake.app()), Ok(()));
    assert_eq!(fake.lines(), ["GET /Users?startIndex=1&count=1"]);
}
