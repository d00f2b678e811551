//! Groups (A-8).

use super::*;

#[test]
fn a8_a_group_is_found_without_its_members_in_one_call() {
    let list = json!({"totalResults": 1, "Resources": [{"id": "9", "displayName": "IT"}]});
    let fake = FakeApp::new().reply("GET", "/Groups", Reply::json(200, list));
    AskSpoke::search(fake.app(), "Group", &query("displayName", "IT", &["members"])).unwrap();
    let line = r#"GET /Groups?excludedAttributes=members&filter=displayName eq "IT"&startIndex=1&count=100"#;
    assert_eq!(fake.lines(), [line]);
}

#[test]
fn a8_members_come_and_go_in_one_call() {
    let fake = FakeApp::new().reply("PATCH", "/Groups/9", Reply::status(204));
    let item = |id: &str| json!({"value": id});
    let items =
        ItemChange { path: "members".parse().unwrap(), added: vec![item("a"), item("b")], removed: vec![item("c")] };
    AskSpoke::update(fake.app(), "Group", "9", &Change { items: vec![items], ..Change::default() }).unwrap();
    let expected = json!([
        {"op": "remove", "path": "members[value eq \"c\"]"},
        {"op": "add", "path": "members", "value": [{"value": "a"}, {"value": "b"}]}
    ]);
    assert_eq!(fake.bodies()[0]["Operations"], expected);
}

#[test]
fn a8_a_member_who_is_not_there_yet_is_left_out_and_reported_to_the_gateway() {
    let fake = FakeApp::new()
        .reply("PATCH", "/Groups/9", Reply::scim_error(400, Some("invalidValue"), "there is no user late"))
        .reply("GET", "/Users/late", Reply::status(404))
        .reply("PATCH", "/Groups/9", Reply::status(204));
    let whole = change(json!({"members": [{"value": "602b"}, {"value": "late"}]}));
    let stored = AskSpoke::update(fake.app(), "Group", "9", &whole).unwrap();
    assert_eq!(stored.unresolved, [r#"members[value eq "late"]"#]);
    let expected = json!([{"op": "replace", "path": "members", "value": [{"value": "602b"}]}]);
    assert_eq!(fake.bodies()[2]["Operations"], expected);
}

#[test]
fn a_third_kind_is_not_there() {
    assert_eq!(AskSpoke::delete(FakeApp::new().app(), "Team", "1").unwrap_err().status, 501);
}
