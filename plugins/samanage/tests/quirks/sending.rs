//! The form of calls: bodies, ids, headers, credentials, limits.

use super::*;

#[test]
fn s1_bodies_are_wrapped_and_answers_are_understood_bare_and_wrapped_with_both_kinds_of_id() {
    for answer in
        [jane(), json!({"user": jane()}), jane_with(json!({"id": "5"})), json!({"user": jane_with(json!({"id": "5"}))})]
    {
        for status in [200, 201] {
            let fake = samanage().reply("POST", "/users.json", Reply::json(status, answer.clone()));
            let stored = Samanage::create(fake.app(), "User", wanted(json!({}))).unwrap();
            assert_eq!(stored.id, "5");
            assert_eq!(stored.document.unwrap()["name"], "Jane Doe");
            assert_eq!(fake.bodies(), [json!({"user": wanted(json!({}))})]);
        }
    }
}

#[test]
fn s1_rows_of_a_list_are_understood_bare_and_wrapped() {
    for row in [jane(), json!({"user": jane()})] {
        let fake = samanage().reply("GET", "/users.json", Reply::json(200, json!([row])));
        let page = Samanage::search(fake.app(), "User", &all(0, 10)).unwrap();
        assert_eq!(page.resources[0].id, "5");
    }
}

#[test]
fn s2_every_call_has_the_json_suffix_and_the_versioned_accept_header() {
    let fake = samanage().handle(|call| match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/groups/7.json") => Some(Reply::json(200, json!({"id": 7, "name": "G", "memberships": []}))),
        ("GET", "/users.json" | "/groups.json" | "/api.json") => Some(Reply::json(200, json!([]))),
        ("POST", "/groups.json") => Some(Reply::json(200, json!({"id": 7, "name": "G"}))),
        _ => Some(Reply::json(200, jane())),
    });
    let app = fake.app();
    Samanage::check(app).unwrap();
    Samanage::create(app, "User", wanted(json!({}))).unwrap();
    Samanage::read(app, "User", "5", &[]).unwrap();
    Samanage::update(app, "User", "5", &change(json!({"title": "Lead"}))).unwrap();
    Samanage::search(app, "User", &all(0, 1)).unwrap();
    Samanage::delete(app, "User", "5").unwrap();
    Samanage::create(app, "Group", object(json!({"name": "G", "members": [{"value": "5"}]}))).unwrap();
    Samanage::read(app, "Group", "7", &[]).unwrap();
    Samanage::search(app, "Group", &all(0, 1)).unwrap();
    let calls = fake.calls();
    assert_eq!(calls.len(), 10);
    for call in calls {
        assert!(call.path.ends_with(".json"), "{}", call.path);
        assert_eq!(call.header("accept"), Some("application/vnd.samanage.v2.1+json"), "{}", call.path);
        assert_eq!(call.header("content-type"), call.body.as_ref().map(|_| "application/json"), "{}", call.path);
    }
}

#[test]
fn s3_the_connector_sends_no_credential_of_its_own() {
    let fake = samanage().reply("GET", "/api.json", Reply::json(200, json!([])));
    Samanage::check(fake.app()).unwrap();
    let names: Vec<String> = fake.calls()[0].headers.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names, ["accept"]);
}

#[test]
fn s15_too_many_requests_is_passed_on_with_the_time_to_wait() {
    let limited = || Reply::status(429).header("Retry-After", "42");
    let fake = samanage().reply("POST", "/users.json", limited()).reply("DELETE", "/users/5.json", limited());
    for fault in [
        Samanage::create(fake.app(), "User", wanted(json!({}))).unwrap_err(),
        Samanage::delete(fake.app(), "User", "5").unwrap_err(),
    ] {
        assert!(fault.is(429, None));
        assert_eq!(fault.retry_after_seconds, Some(42));
    }
    assert_eq!(fake.calls().len(), 2);
}

#[test]
fn s15_a_post_whose_answer_was_lost_is_looked_up_by_e_mail_and_never_sent_again() {
    for (found, expected) in [
        (json!([jane()]), Ok("5")),
        (json!([]), Err(504)),
        (json!([jane_with(json!({"name": "Another Jane"}))]), Err(409)),
    ] {
        let fake = samanage().reply("POST", "/users.json", Reply::lost("timeout", true)).reply(
            "GET",
            "/users.json?email=jane@acme.example&page=1&per_page=100",
            Reply::json(200, found),
        );
        let created = Samanage::create(fake.app(), "User", wanted(json!({})));
        assert_eq!(created.as_ref().map(|stored| stored.id.as_str()).map_err(|fault| fault.status), expected);
        assert_eq!(fake.calls().len(), 2);
    }
}

#[test]
fn s15_a_post_that_never_left_is_not_looked_up() {
    let fake = samanage().reply("POST", "/users.json", Reply::lost("unreachable", false));
    assert_eq!(Samanage::create(fake.app(), "User", wanted(json!({}))).unwrap_err().status, 502);
    assert_eq!(fake.calls().len(), 1);
}

#[test]
fn s15_a_group_whose_answer_was_lost_is_looked_up_by_name() {
    let fake = samanage().reply("POST", "/groups.json", Reply::lost("interrupted", true)).reply(
        "GET",
        "/groups.json?name=Ops&page=1&per_page=100",
        Reply::json(200, json!([{"id": 7, "name": "Ops"}])),
    );
    assert_eq!(Samanage::create(fake.app(), "Group", object(json!({"name": "Ops"}))).unwrap().id, "7");
}

#[test]
fn a_confirmation_that_makes_no_sense_is_looked_into_as_well() {
    let fake = samanage().reply("POST", "/users.json", Reply::text(200, "<html>")).reply(
        "GET",
        "/users.json",
        Reply::json(200, json!([])),
    );
    assert_eq!(Samanage::create(fake.app(), "User", wanted(json!({}))).unwrap_err().status, 502);
}

#[test]
fn s17_a_401_with_an_empty_body_says_that_the_instances_credential_is_wrong() {
    let fake = samanage().reply("GET", "/api.json", Reply::status(401));
    let fault = Samanage::check(fake.app()).unwrap_err();
    assert!(fault.is(401, None));
    assert!(fault.detail.contains("credential"), "{fault}");
}

#[test]
fn s18_the_salt_is_nowhere_in_what_the_gateway_gets() {
    let user = jane_with(json!({"reports_to": {"id": 6, "name": "Boss", "salt": "s3cret"}}));
    let fake = samanage().reply("GET", "/users/5.json", Reply::json(200, user.clone())).reply(
        "GET",
        "/users.json",
        Reply::json(200, json!([user])),
    );
    let read = Samanage::read(fake.app(), "User", "5", &[]).unwrap();
    let page = Samanage::search(fake.app(), "User", &all(0, 10)).unwrap();
    assert!(!format!("{read:?}{page:?}").contains("s3cret"));
    assert!(fake.log().is_empty());
}
