//! Groups as the gateway has the connector write them.

use super::*;

#[test]
fn p4_a_user_is_moved_by_one_call_that_adds_him_to_the_other_group() {
    let fake = FakeApp::new().reply("PATCH", "/Groups/b", Reply::status(204));
    Splashtop::update(fake.app(), "Group", "b", &members(&["100"], &[])).unwrap();
    let operations = json!([{"op": "add", "path": "members", "value": [{"value": "100"}]}]);
    assert_eq!(fake.bodies()[0]["Operations"], operations);
}

#[test]
fn p7_a_group_that_is_pushed_again_is_the_same_call_again_or_none() {
    let fake = FakeApp::new().handle(|call| (call.method == "PATCH").then(|| Reply::status(204)));
    let push = change(json!({"displayName": "Sales", "members": [{"value": "100"}]}));
    for _ in 0..2 {
        Splashtop::update(fake.app(), "Group", "b", &push).unwrap();
    }
    let operations = json!([
        {"op": "replace", "path": "displayName", "value": "Sales"},
        {"op": "replace", "path": "members", "value": [{"value": "100"}]}
    ]);
    assert!(fake.bodies().iter().all(|body| body["Operations"] == operations));
    Splashtop::update(fake.app(), "Group", "b", &Change::default()).unwrap();
    assert_eq!(fake.calls().len(), 2);
}

#[test]
fn p8_a_member_who_is_not_there_yet_is_left_out_and_reported_to_the_gateway() {
    let fake = FakeApp::new()
        .reply("POST", "/Groups", Reply::scim_error(400, Some("invalidValue"), "there is no user late-1"))
        .reply("GET", "/Users/late-1", Reply::status(404))
        .reply("POST", "/Groups", Reply::json(201, json!({"id": "b", "displayName": "Sales"})));
    let group = object(json!({"displayName": "Sales", "members": [{"value": "100"}, {"value": "late-1"}]}));
    let stored = Splashtop::create(fake.app(), "Group", group).unwrap();
    assert_eq!(stored.unresolved, [r#"members[value eq "late-1"]"#]);
    assert_eq!(fake.bodies()[2]["members"], json!([{"value": "100"}]));
}

#[test]
fn p9_finding_a_group_without_its_members_is_one_call() {
    let list = json!({"totalResults": 1, "Resources": [{"id": "b", "displayName": "Sales"}]});
    let fake = FakeApp::new().reply("GET", "/Groups", Reply::json(200, list));
    let query = query("displayName", "Sales", &["members"]);
    assert_eq!(Splashtop::search(fake.app(), "Group", &query).unwrap().resources.len(), 1);
    let line = r#"GET /Groups?excludedAttributes=members&filter=displayName eq "Sales"&startIndex=1&count=100"#;
    assert_eq!(fake.lines(), [line]);
}
