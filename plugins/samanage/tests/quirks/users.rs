//! Users: the number of calls of each operation, searches, changes and refusals.

use super::*;

#[test]
fn creating_a_user_without_references_is_one_call() {
    let fake = samanage().reply("POST", "/users.json", Reply::json(200, jane()));
    Samanage::create(fake.app(), "User", wanted(json!({"title": "Lead"}))).unwrap();
    assert_eq!(fake.lines(), ["POST /users.json"]);
}

#[test]
fn s4_a_user_is_found_by_e_mail_in_any_case_and_only_exactly() {
    let rows = json!([jane(), jane_with(json!({"id": 6, "email": "jane@acme.example.org"}))]);
    let fake = samanage().reply("GET", "/users.json", Reply::json(200, rows).header("X-Total-Count", "2"));
    let page = Samanage::search(fake.app(), "User", &query("email", "Jane@ACME.example", &[])).unwrap();
    assert_eq!(page.resources.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["5"]);
    assert_eq!(page.total, None);
    assert_eq!(fake.lines(), ["GET /users.json?email=Jane@ACME.example&page=1&per_page=100"]);
}

#[test]
fn s4_a_plus_in_an_address_is_given_to_the_host_as_it_is_which_encodes_it() {
    let fake = samanage().reply("GET", "/users.json", Reply::json(200, json!([])));
    let page = Samanage::search(fake.app(), "User", &query("email", "a+b@acme.example", &[])).unwrap();
    assert!(page.resources.is_empty());
    assert_eq!(fake.calls()[0].query("email"), Some("a+b@acme.example"));
}

#[test]
fn s5_put_holds_only_what_changes_and_an_empty_text_for_what_is_cleared() {
    let fake = samanage().reply("PUT", "/users/5.json", Reply::json(200, jane_with(json!({"title": "Chief"}))));
    let change = change(json!({
        "title": "Chief", "phone": null, "department.name": null, "reports_to.id": null, "site.name": null
    }));
    let stored = Samanage::update(fake.app(), "User", "5", &change).unwrap();
    assert_eq!(stored.document.unwrap()["title"], "Chief");
    let body = json!({"title": "Chief", "phone": "", "department": "", "reports_to": "", "site": ""});
    assert_eq!(fake.bodies(), [json!({"user": body})]);
}

#[test]
fn s5_a_name_or_an_e_mail_address_cannot_be_cleared_and_a_role_stays() {
    let fake = samanage();
    for field in ["name", "email"] {
        let fault = Samanage::update(fake.app(), "User", "5", &change(json!({field: null}))).unwrap_err();
        assert!(fault.is(400, Some("invalidValue")), "{field}");
    }
    Samanage::update(fake.app(), "User", "5", &change(json!({"role.name": null}))).unwrap();
    assert!(fake.calls().is_empty());
    assert_eq!(fake.log().len(), 1);
}

#[test]
fn s10_the_parts_of_a_name_are_derived_and_never_sent() {
    let fake = samanage().reply("POST", "/users.json", Reply::json(200, jane())).reply(
        "GET",
        "/users/5.json",
        Reply::json(200, jane()),
    );
    let parts = json!({"given_name": "Jane", "family_name": "Roe"});
    let stored = Samanage::create(fake.app(), "User", wanted(parts.clone())).unwrap();
    let shown = stored.document.unwrap();
    assert_eq!((&shown["given_name"], &shown["family_name"]), (&json!("Jane"), &json!("Doe")));
    assert_eq!(fake.bodies(), [json!({"user": wanted(json!({}))})]);
    // Nothing is left to write, but the user must exist.
    Samanage::update(fake.app(), "User", "5", &change(parts)).unwrap();
    assert_eq!(fake.lines(), ["POST /users.json", "GET /users/5.json"]);
}

#[test]
fn s6_disabling_a_user_is_one_call_and_is_believed_only_when_samanage_shows_it() {
    for (shown, ok) in [(true, true), (false, false)] {
        let answer = jane_with(json!({"disabled": shown}));
        let fake = samanage().reply("PUT", "/users/5.json", Reply::json(200, answer));
        let updated = Samanage::update(fake.app(), "User", "5", &change(json!({"disabled": true})));
        assert_eq!(updated.is_ok(), ok);
        assert_eq!(fake.bodies(), [json!({"user": {"disabled": true}})]);
    }
}

#[test]
fn a_new_e_mail_address_is_believed_only_when_samanage_shows_it() {
    let fake = samanage().reply("PUT", "/users/5.json", Reply::json(200, jane()));
    let fault = Samanage::update(fake.app(), "User", "5", &change(json!({"email": "j@acme.example"}))).unwrap_err();
    assert!(fault.is(502, None) && fault.detail.contains("`email`"), "{fault}");
}

#[test]
fn a_change_that_is_confirmed_without_a_user_is_read_again() {
    let fake = samanage().reply("PUT", "/users/5.json", Reply::status(200)).reply(
        "GET",
        "/users/5.json",
        Reply::json(200, jane_with(json!({"disabled": true}))),
    );
    assert!(Samanage::update(fake.app(), "User", "5", &change(json!({"disabled": true}))).is_ok());
}

#[test]
fn s9_an_unknown_manager_is_left_out_and_reported_and_the_user_is_created() {
    let fake = samanage()
        .reply("POST", "/users.json", Reply::json(422, json!({"error": "invalid"})))
        .reply("GET", "/users.json", Reply::json(200, json!([])))
        .reply("GET", "/users/77.json", Reply::status(404))
        .reply("POST", "/users.json", Reply::json(200, jane()));
    let stored = Samanage::create(fake.app(), "User", wanted(json!({"reports_to": {"id": 77}}))).unwrap();
    assert_eq!((stored.id.as_str(), stored.unresolved), ("5", vec!["reports_to.id".to_owned()]));
    let bodies = fake.bodies();
    assert_eq!(bodies[0]["user"]["reports_to"], json!({"id": 77}));
    assert_eq!(bodies[3]["user"].get("reports_to"), None);
}

#[test]
fn s9_a_manager_whom_samanage_silently_ignores_is_reported_too() {
    let fake = samanage().reply("PUT", "/users/5.json", Reply::json(200, jane()));
    let stored = Samanage::update(fake.app(), "User", "5", &change(json!({"reports_to.id": 77}))).unwrap();
    assert_eq!(stored.unresolved, ["reports_to.id"]);
}

#[test]
fn s9_a_known_manager_takes_no_call_of_his_own() {
    let answer = jane_with(json!({"reports_to": {"id": "6", "name": "Boss"}}));
    let fake = samanage().reply("PUT", "/users/5.json", Reply::json(200, answer));
    let stored = Samanage::update(fake.app(), "User", "5", &change(json!({"reports_to.id": 6}))).unwrap();
    assert!(stored.unresolved.is_empty());
    assert_eq!(fake.lines(), ["PUT /users/5.json"]);
}

#[test]
fn s9_a_change_of_nothing_but_an_unknown_manager_writes_nothing() {
    let fake = samanage()
        .reply("PUT", "/users/5.json", Reply::status(422))
        .reply("GET", "/users/77.json", Reply::status(404))
        .reply("GET", "/users/5.json", Reply::json(200, jane()));
    let stored = Samanage::update(fake.app(), "User", "5", &change(json!({"reports_to.id": 77}))).unwrap();
    assert_eq!((stored.id.as_str(), stored.unresolved), ("5", vec!["reports_to.id".to_owned()]));
}

#[test]
fn s9_an_unknown_manager_does_not_hide_that_the_user_is_unknown_too() {
    for manager in [json!(77), json!("jane@acme.example")] {
        let fake = samanage().handle(|_| Some(Reply::status(404)));
        let fault = Samanage::update(fake.app(), "User", "5", &change(json!({"reports_to.id": manager}))).unwrap_err();
        assert!(fault.is(404, None), "{fault}");
    }
}

#[test]
fn s9_a_manager_who_is_no_id_of_samanages_is_left_out_before_the_call() {
    for manager in ["jane@acme.example", "00ujl29u0le5T6Aj10h9", "007", ""] {
        let fake = samanage().reply("POST", "/users.json", Reply::json(200, jane()));
        let stored = Samanage::create(fake.app(), "User", wanted(json!({"reports_to": {"id": manager}}))).unwrap();
        assert_eq!(stored.unresolved, ["reports_to.id"], "{manager}");
        assert_eq!(fake.bodies()[0]["user"].get("reports_to"), None);
    }
}

#[test]
fn s9_a_managers_id_is_sent_as_a_number() {
    let answer = jane_with(json!({"reports_to": {"id": 6, "name": "Boss"}}));
    let fake = samanage().reply("PUT", "/users/5.json", Reply::json(200, answer));
    let stored = Samanage::update(fake.app(), "User", "5", &change(json!({"reports_to.id": "6"}))).unwrap();
    assert!(stored.unresolved.is_empty());
    assert_eq!(fake.bodies(), [json!({"user": {"reports_to": {"id": 6}}})]);
}

#[test]
fn s10_a_user_needs_the_one_name_that_the_mapping_makes_of_all_names() {
    for name in [json!(null), json!(" ")] {
        let fake = samanage();
        let fault = Samanage::create(fake.app(), "User", wanted(json!({"name": name}))).unwrap_err();
        assert!(fault.is(400, Some("invalidValue")));
        assert!(fault.detail.contains("displayName, name.formatted or given and family name"), "{fault}");
    }
}

#[test]
fn s20_a_duplicate_e_mail_address_is_409_whatever_samanage_says_about_it() {
    for (status, body) in [(422, r#"{"email":["has already been taken"]}"#), (400, ""), (409, "no")] {
        let fake = samanage().reply("POST", "/users.json", Reply::text(status, body)).reply(
            "GET",
            "/users.json",
            Reply::json(200, json!([jane()])),
        );
        let fault = Samanage::create(fake.app(), "User", wanted(json!({}))).unwrap_err();
        assert!(fault.is(409, Some("uniqueness")), "{status}: {fault}");
    }
}

#[test]
fn s20_changing_to_an_e_mail_address_of_another_user_is_409_too() {
    let fake = samanage().reply("PUT", "/users/8.json", Reply::status(422)).reply(
        "GET",
        "/users.json",
        Reply::json(200, json!([jane()])),
    );
    let fault = Samanage::update(fake.app(), "User", "8", &change(json!({"email": "jane@acme.example"}))).unwrap_err();
    assert!(fault.is(409, Some("uniqueness")), "{fault}");
}

#[test]
fn a_refusal_that_nothing_explains_is_passed_on_in_samanages_words() {
    let fake = samanage()
        .reply("POST", "/users.json", Reply::json(422, json!({"error": "phone is too long"})))
        .reply("GET", "/users.json", Reply::json(200, json!([])))
        .reply("GET", "/roles.json", Reply::json(200, json!([{"role": {"id": 9, "name": "Requester"}}])));
    let fault = Samanage::create(fake.app(), "User", wanted(json!({}))).unwrap_err();
    assert!(fault.is(400, Some("invalidValue")));
    assert!(fault.detail.contains("phone is too long"), "{fault}");
}

#[test]
fn an_unknown_user_is_404_and_an_id_that_is_no_number_takes_no_call() {
    let fake =
        samanage().reply("GET", "/users/5.json", Reply::status(404)).reply("PUT", "/users/5.json", Reply::status(404));
    let change = change(json!({"title": "x"}));
    for fault in [
        Samanage::read(fake.app(), "User", "5", &[]).unwrap_err(),
        Samanage::update(fake.app(), "User", "5", &change).unwrap_err(),
        Samanage::read(fake.app(), "User", "../roles", &[]).unwrap_err(),
        Samanage::update(fake.app(), "User", "0b1a-c", &change).unwrap_err(),
        // Samanage would accept it for user 5, who would then have two ids.
        Samanage::read(fake.app(), "User", "005", &[]).unwrap_err(),
    ] {
        assert!(fault.is(404, None), "{fault}");
    }
    assert_eq!(fake.calls().len(), 2);
}
