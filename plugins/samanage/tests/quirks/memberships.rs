//! Adding members to groups and removing them.

use super::*;

/// Group 70 with memberships by name.
fn group(memberships: &[(u64, &str)]) -> Reply {
    let listed: Vec<Value> =
        memberships.iter().map(|(id, user)| json!({"id": id, "user": user, "type": "User"})).collect();
    Reply::json(200, json!({"id": 70, "name": "Ops", "memberships": listed}))
}

fn user(id: u64, name: &str, groups: &[u64]) -> Value {
    json!({"id": id, "name": name, "email": format!("u{id}@acme.example"), "group_ids": groups})
}

#[test]
fn s12_adding_members_is_one_post_with_a_query_and_no_body() {
    let fake = FakeApp::new().reply("POST", "/memberships.json", Reply::status(200));
    Samanage::update(fake.app(), "Group", "70", &members(&["5", "6"], &[])).unwrap();
    assert_eq!(fake.lines(), ["POST /memberships.json?group_id=70&user_ids=5,6"]);
    assert_eq!(fake.bodies(), [json!(null)]);
}

#[test]
fn s12_members_are_added_in_chunks_of_the_declared_size() {
    let fake = FakeApp::new().setting("members-per-call", 2).handle(|_| Some(Reply::status(200)));
    Samanage::update(fake.app(), "Group", "70", &members(&["1", "2", "3"], &[])).unwrap();
    let lines = ["POST /memberships.json?group_id=70&user_ids=1,2", "POST /memberships.json?group_id=70&user_ids=3"];
    assert_eq!(fake.lines(), lines);
}

#[test]
fn s12_removing_a_member_finds_the_membership_by_name_and_group_ids() {
    let fake = FakeApp::new()
        .reply("GET", "/users/5.json", Reply::json(200, jane()))
        .reply("GET", "/groups/70.json", group(&[(1, "John Doe"), (2, "Jane Doe")]))
        .reply("DELETE", "/memberships/2.json", Reply::status(200));
    Samanage::update(fake.app(), "Group", "70", &members(&[], &["5"])).unwrap();
    assert_eq!(fake.calls().len(), 3);
}

#[test]
fn s12_who_is_not_in_the_group_is_already_removed() {
    for answer in [Reply::json(200, user(5, "Jane Doe", &[71])), Reply::status(404)] {
        let fake = FakeApp::new().reply("GET", "/users/5.json", answer);
        Samanage::update(fake.app(), "Group", "70", &members(&[], &["5"])).unwrap();
        assert_eq!(fake.calls().len(), 1);
    }
}

#[test]
fn s12_removing_many_members_goes_through_all_users_rather_than_reading_each() {
    let name = |id: u64| format!("User {id}");
    let listed: Vec<(u64, String)> = (1..=150).map(|id| (1000 + id, name(id))).collect();
    let listed: Vec<(u64, &str)> = listed.iter().map(|(id, name)| (*id, name.as_str())).collect();
    let users: Vec<Value> = (1..=150).map(|id| user(id, &name(id), &[70])).collect();
    let fake = FakeApp::new()
        .reply("GET", "/users.json", Reply::json(200, json!(users)).header("X-Total-Pages", "1"))
        .reply("GET", "/groups/70.json", group(&listed))
        .handle(|call| (call.method == "DELETE").then(|| Reply::status(200)));
    let ids: Vec<String> = (1..=140).map(|id: u64| id.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    Samanage::update(fake.app(), "Group", "70", &members(&[], &ids)).unwrap();
    assert_eq!(fake.calls().len(), 2 + 140);
}

#[test]
fn s12_a_membership_that_names_its_users_id_is_certain_among_equal_names() {
    let of = |id: u64| json!({"id": id, "name": "Jane Doe", "email": format!("u{id}@acme.example")});
    let memberships = json!([{"id": 1, "user": of(6)}, {"id": 2, "user": of(5)}]);
    let fake = FakeApp::new()
        .reply("GET", "/users/5.json", Reply::json(200, user(5, "Jane Doe", &[70])))
        .reply("GET", "/groups/70.json", Reply::json(200, json!({"id": 70, "name": "Ops", "memberships": memberships})))
        .reply("DELETE", "/memberships/2.json", Reply::status(200));
    Samanage::update(fake.app(), "Group", "70", &members(&[], &["5"])).unwrap();
    assert_eq!(fake.calls().len(), 3);
}

#[test]
fn s12_of_equal_names_the_one_who_leaves_is_gone_and_the_others_are_in_the_group() {
    let janes = json!([user(5, "Jane Doe", &[70]), user(6, "Jane Doe", &[70]), user(7, "Jane Doe", &[71])]);
    let fake = FakeApp::new()
        .reply("GET", "/users/5.json", Reply::json(200, user(5, "Jane Doe", &[70])))
        .reply("GET", "/groups/70.json", group(&[(1, "Jane Doe"), (2, "Jane Doe")]))
        .reply("GET", "/users.json?name=Jane Doe&page=1&per_page=100", Reply::json(200, janes))
        .reply("DELETE", "/memberships/1.json", Reply::status(200))
        .reply("DELETE", "/memberships/2.json", Reply::status(200))
        .reply("POST", "/memberships.json?group_id=70&user_ids=6", Reply::status(200));
    Samanage::update(fake.app(), "Group", "70", &members(&[], &["5"])).unwrap();
    assert_eq!(fake.calls().len(), 6);
}

#[test]
fn s12_when_all_of_one_name_leave_their_memberships_are_deleted_without_a_look_up() {
    let fake = FakeApp::new()
        .reply("GET", "/users/5.json", Reply::json(200, user(5, "Jane Doe", &[70])))
        .reply("GET", "/users/6.json", Reply::json(200, user(6, "Jane Doe", &[70])))
        .reply("GET", "/groups/70.json", group(&[(1, "Jane Doe"), (2, "Jane Doe")]))
        .reply("DELETE", "/memberships/1.json", Reply::status(200))
        .reply("DELETE", "/memberships/2.json", Reply::status(404));
    Samanage::update(fake.app(), "Group", "70", &members(&[], &["5", "6"])).unwrap();
    assert_eq!(fake.calls().len(), 5);
}

#[test]
fn s12_a_membership_that_cannot_be_found_is_an_error_and_not_a_silent_success() {
    let fake = FakeApp::new().reply("GET", "/users/5.json", Reply::json(200, jane())).reply(
        "GET",
        "/groups/70.json",
        group(&[(1, "John Doe")]),
    );
    let fault = Samanage::update(fake.app(), "Group", "70", &members(&[], &["5"])).unwrap_err();
    assert!(fault.is(502, None), "{fault}");
}

#[test]
fn s12_adding_again_is_harmless_even_where_samanage_refuses_it() {
    let fake = FakeApp::new()
        .reply("POST", "/memberships.json?group_id=70&user_ids=5,6", Reply::status(422))
        .reply("GET", "/users/5.json", Reply::json(200, user(5, "Jane", &[70])))
        .reply("GET", "/users/6.json", Reply::json(200, user(6, "John", &[])))
        .reply("POST", "/memberships.json?group_id=70&user_ids=6", Reply::status(200));
    Samanage::update(fake.app(), "Group", "70", &members(&["5", "6"], &[])).unwrap();
    assert_eq!(fake.calls().len(), 4);
}

#[test]
fn s12_a_member_whom_samanage_does_not_know_is_reported_to_the_gateway() {
    let fake = FakeApp::new()
        .reply("POST", "/memberships.json", Reply::status(422))
        .handle(|call| Some(if call.path == "/groups/70.json" { group(&[]) } else { Reply::status(404) }));
    for id in ["5", "not-a-number"] {
        let stored = Samanage::update(fake.app(), "Group", "70", &members(&[id], &[])).unwrap();
        assert_eq!(stored.unresolved, [format!("members[value eq \"{id}\"]")]);
    }
    // Nobody was added: only a read shows whether there is such a group.
    let fault = Samanage::update(fake.app(), "Group", "71", &members(&["not-a-number"], &[])).unwrap_err();
    assert!(fault.is(404, None), "{fault}");
}

#[test]
fn s12_any_number_of_unknown_members_is_found_out_in_few_calls_and_the_others_are_added() {
    let users: Vec<Value> = (1..=60).map(|id| user(id, "Jane", &[])).collect();
    let fake = FakeApp::new()
        .reply("POST", "/memberships.json", Reply::status(422))
        .reply("GET", "/users.json", Reply::json(200, json!(users)).header("X-Total-Count", "60"))
        .reply("POST", "/memberships.json", Reply::status(200));
    let ids: Vec<String> = (51..=150).map(|id: u64| id.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let stored = Samanage::update(fake.app(), "Group", "70", &members(&ids, &[])).unwrap();
    assert_eq!((stored.unresolved.len(), fake.calls().len()), (90, 3));
    assert_eq!(fake.calls()[2].query("user_ids"), Some("51,52,53,54,55,56,57,58,59,60"));
}

#[test]
fn s12_adding_to_an_unknown_group_is_404() {
    let fake = FakeApp::new().reply("POST", "/memberships.json", Reply::status(404)).reply(
        "GET",
        "/users/5.json",
        Reply::json(200, jane_with(json!({"group_ids": []}))),
    );
    assert!(Samanage::update(fake.app(), "Group", "70", &members(&["5"], &[])).unwrap_err().is(404, None));
}

#[test]
fn s13_replacing_all_members_sends_only_the_difference() {
    let whole = |ids: &[&str]| {
        let value: Vec<Value> = ids.iter().map(|id| json!({"value": id})).collect();
        let path = "members".parse().unwrap();
        Change { fields: vec![FieldChange { path, value: Some(json!(value)) }], items: Vec::new() }
    };
    let fake = FakeApp::new()
        .reply("GET", "/groups/70.json", group(&[(1, "Jane"), (2, "John")]))
        .reply("GET", "/users.json?name=Jane&page=1&per_page=100", Reply::json(200, json!([user(5, "Jane", &[70])])))
        .reply("GET", "/users.json?name=John&page=1&per_page=100", Reply::json(200, json!([user(6, "John", &[70])])))
        .reply("POST", "/memberships.json?group_id=70&user_ids=7", Reply::status(200))
        .reply("DELETE", "/memberships/2.json", Reply::status(200));
    Samanage::update(fake.app(), "Group", "70", &whole(&["5", "7"])).unwrap();
    assert_eq!(fake.calls().len(), 5);
}

#[test]
fn s13_replacing_all_members_by_none_deletes_every_membership_without_a_look_up() {
    for value in [json!([]), json!(null)] {
        let fake = FakeApp::new()
            .reply("GET", "/groups/70.json", group(&[(1, "Jane"), (2, "Jane")]))
            .reply("DELETE", "/memberships/1.json", Reply::status(200))
            .reply("DELETE", "/memberships/2.json", Reply::status(200));
        Samanage::update(fake.app(), "Group", "70", &change(json!({"members": value}))).unwrap();
        assert_eq!(fake.calls().len(), 3);
    }
}
