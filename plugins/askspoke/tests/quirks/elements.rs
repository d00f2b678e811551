//! The work address and the work e-mail, which a strict SCIM server does not create from their parts.

use super::*;

#[test]
fn a2_a_part_of_an_address_is_one_call_where_askspoke_makes_the_address() {
    let expected = json!([{"op": "replace", "path": LOCALITY, "value": "Austin"}]);
    assert_eq!(operations(json!({LOCALITY: "Austin"})), expected);
}

#[test]
fn a2_where_it_does_not_the_whole_address_is_added_with_all_that_is_said_of_it() {
    let fake = FakeApp::new()
        .reply("PATCH", "/Users/602b", Reply::scim_error(400, Some("noTarget"), "no work address"))
        .reply("GET", "/Users/602b", Reply::json(200, ann()))
        .reply("PATCH", "/Users/602b", Reply::json(200, ann()));
    let change = change(json!({
        "title": "Lead", LOCALITY: "Austin", EMAIL: "a@acme.example", COUNTRY: "US",
        "addresses[type eq \"work\"].region": null
    }));
    AskSpoke::update(fake.app(), "User", "602b", &change).unwrap();
    let address = json!({"type": "work", "locality": "Austin", "country": "US"});
    let expected = json!([
        {"op": "replace", "path": EMAIL, "value": "a@acme.example"},
        {"op": "replace", "path": "title", "value": "Lead"},
        {"op": "add", "path": "addresses", "value": [address]}
    ]);
    assert_eq!(fake.bodies()[2]["Operations"], expected);
    assert_eq!(fake.lines(), ["PATCH /Users/602b", "GET /Users/602b", "PATCH /Users/602b"]);
}

#[test]
fn a2_clearing_a_part_of_an_address_that_is_not_there_is_done() {
    let fake = FakeApp::new()
        .reply("PATCH", "/Users/602b", Reply::scim_error(400, Some("noTarget"), "no work address"))
        .reply("GET", "/Users/602b", Reply::json(200, ann()));
    let stored = AskSpoke::update(fake.app(), "User", "602b", &change(json!({LOCALITY: null}))).unwrap();
    assert_eq!(stored.id, "602b");
    assert_eq!(fake.calls().len(), 2);
}

#[test]
fn a2_another_refusal_stays_what_it_is() {
    for (fields, scim_type) in [(json!({"title": "x"}), "noTarget"), (json!({LOCALITY: "x"}), "invalidValue")] {
        let fake = FakeApp::new().reply("PATCH", "/Users/602b", Reply::scim_error(400, Some(scim_type), "no"));
        let fault = AskSpoke::update(fake.app(), "User", "602b", &change(fields)).unwrap_err();
        assert!(fault.is(400, Some(scim_type)));
    }
}
