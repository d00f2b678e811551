//! Groups: which ones are listed, and their fields and members.

use super::*;

const SHADOW: &str = r#"{"id": 501, "name": "Jane Doe", "email": "jane@acme.example", "is_user": true}"#;
const QUEUE: &str = r#"{"id": 9, "name": "Inbox", "type": "AssignableQueueGroup"}"#;

fn ops() -> Value {
    json!({"id": 70, "name": "Ops", "is_user": false, "memberships": []})
}

#[test]
fn s11_shadow_groups_and_queues_are_left_out_of_lists() {
    let rows = json!([SHADOW.parse::<Value>().unwrap(), ops(), {"group": QUEUE.parse::<Value>().unwrap()}]);
    let fake = FakeApp::new().reply("GET", "/groups.json", Reply::json(200, rows).header("X-Total-Count", "3"));
    let page = Samanage::search(fake.app(), "Group", &all(0, 100)).unwrap();
    assert_eq!(page.resources.iter().map(|group| group.id.as_str()).collect::<Vec<_>>(), ["70"]);
    assert_eq!(page.total, Some(1));
    assert_eq!(fake.lines(), ["GET /groups.json?page=1&per_page=100"]);
}

#[test]
fn s11_samanages_count_of_groups_is_not_believed_while_other_pages_may_hide_some() {
    let rows = json!([ops(), {"id": 71, "name": "Dev", "memberships": []}]);
    for (offset, pages) in [(0, "2"), (2, "2")] {
        let reply = Reply::json(200, rows.clone()).header("X-Total-Count", "4").header("X-Total-Pages", pages);
        let fake = FakeApp::new().reply("GET", "/groups.json", reply);
        let page = Samanage::search(fake.app(), "Group", &all(offset, 2)).unwrap();
        assert_eq!((page.resources.len(), page.total), (2, None), "{offset}");
    }
}

#[test]
fn the_members_of_many_groups_are_found_by_going_through_all_users_once() {
    let user = |id: u64| json!({"id": id, "name": format!("User {id}"), "group_ids": [70 + id]});
    let group = |id: u64| {
        json!({"id": 70 + id, "name": format!("G{id}"),
        "memberships": [{"id": id, "user": format!("User {id}")}]})
    };
    let fake = FakeApp::new().handle(move |call| {
        let named = call.query("name").map(str::to_owned);
        let users: Vec<Value> =
            (1..=20).map(user).filter(|user| named.as_deref().is_none_or(|name| user["name"] == name)).collect();
        Some(match call.path.as_str() {
            "/groups.json" => Reply::json(200, (1..=20).map(group).collect()),
            _ => Reply::json(200, json!(users)),
        })
    });
    let page = Samanage::search(fake.app(), "Group", &all(0, 100)).unwrap();
    for (id, group) in (1..).zip(page.resources) {
        let members = json!([{"value": format!("{id}"), "display": format!("User {id}")}]);
        assert_eq!(group.document.unwrap()["members"], members);
    }
    let by_name = fake.lines().iter().filter(|line| line.contains("name=")).count();
    assert_eq!((by_name, fake.calls().len()), (5, 7));
}

#[test]
fn s11_shadow_groups_and_queues_do_not_exist_for_a_reader() {
    for group in [SHADOW, QUEUE] {
        let fake = FakeApp::new().reply("GET", "/groups/9.json", Reply::text(200, group));
        assert!(Samanage::read(fake.app(), "Group", "9", &[]).unwrap_err().is(404, None));
    }
}

#[test]
fn looking_up_a_group_by_name_without_members_is_one_call() {
    let rows = json!([ops(), {"id": 71, "name": "Ops East", "memberships": [{"id": 1, "user": "Jane Doe"}]}]);
    let fake = FakeApp::new().reply("GET", "/groups.json", Reply::json(200, rows));
    let query = query("name", "Ops", &["members"]);
    let page = Samanage::search(fake.app(), "Group", &query).unwrap();
    assert_eq!(page.resources.len(), 1);
    assert_eq!(fake.lines(), ["GET /groups.json?name=Ops&page=1&per_page=100"]);
}

#[test]
fn creating_a_group_is_one_call_and_one_more_for_all_its_members() {
    let fake = FakeApp::new().reply("POST", "/groups.json", Reply::json(200, json!({"group": ops()}))).reply(
        "POST",
        "/memberships.json",
        Reply::status(200),
    );
    let group = json!({"name": "Ops", "members": [{"value": "5"}, {"value": "6", "display": "x"}, {"value": "5"}]});
    let stored = Samanage::create(fake.app(), "Group", object(group)).unwrap();
    assert_eq!(fake.lines(), ["POST /groups.json", "POST /memberships.json?group_id=70&user_ids=5,6"]);
    assert_eq!(fake.bodies(), [json!({"group": {"name": "Ops"}}), json!(null)]);
    assert_eq!((stored.id.as_str(), stored.document), ("70", None), "what members look like only a read tells");
}

#[test]
fn a_group_that_is_created_without_members_is_shown_as_it_is_read() {
    for group in [json!({"name": "Ops"}), json!({"name": "Ops", "members": []})] {
        let fake = FakeApp::new().reply("POST", "/groups.json", Reply::json(200, json!({"group": ops()}))).reply(
            "GET",
            "/groups/70.json",
            Reply::json(200, ops()),
        );
        let created = Samanage::create(fake.app(), "Group", object(group)).unwrap();
        assert_eq!(fake.lines(), ["POST /groups.json"]);
        assert_eq!(created, Samanage::read(fake.app(), "Group", "70", &[]).unwrap());
    }
}

#[test]
fn a_group_whose_members_are_refused_is_deleted_again() {
    let members = json!({"name": "Ops", "members": [{"value": "5"}]});
    for deletion in [Reply::status(200), Reply::status(404)] {
        let fake = FakeApp::new()
            .reply("POST", "/groups.json", Reply::json(200, ops()))
            .reply("POST", "/memberships.json", Reply::status(422))
            .reply("GET", "/users/5.json", Reply::json(200, jane_with(json!({"group_ids": []}))))
            .reply("DELETE", "/groups/70.json", deletion);
        let fault = Samanage::create(fake.app(), "Group", object(members.clone())).unwrap_err();
        assert!(fault.is(400, Some("invalidValue")) && !fault.detail.contains("incomplete"), "{fault}");
        assert_eq!(fake.lines().last().unwrap(), "DELETE /groups/70.json");
    }
}

#[test]
fn a_new_group_has_those_members_whom_samanage_knows() {
    let strangers = json!({"name": "Ops", "members": [{"value": "5"}, {"value": "9"}, {"value": "ann@acme.example"}]});
    let fake = FakeApp::new()
        .reply("POST", "/groups.json", Reply::json(200, ops()))
        .reply("POST", "/memberships.json?group_id=70&user_ids=5,9", Reply::status(422))
        .reply("GET", "/users/5.json", Reply::json(200, jane_with(json!({"group_ids": []}))))
        .reply("GET", "/users/9.json", Reply::status(404))
        .reply("POST", "/memberships.json?group_id=70&user_ids=5", Reply::status(200));
    let stored = Samanage::create(fake.app(), "Group", object(strangers)).unwrap();
    assert_eq!(stored.unresolved, [r#"members[value eq "ann@acme.example"]"#, r#"members[value eq "9"]"#]);
}

#[test]
fn a_group_that_cannot_be_deleted_again_is_part_of_the_fault() {
    let fake = FakeApp::new()
        .reply("POST", "/groups.json", Reply::json(200, ops()))
        .reply("POST", "/memberships.json", Reply::status(503))
        .reply("DELETE", "/groups/70.json", Reply::status(403));
    let group = json!({"name": "Ops", "members": [{"value": "5"}]});
    let fault = Samanage::create(fake.app(), "Group", object(group)).unwrap_err();
    assert_eq!(fault.status, 503, "{fault}");
    assert!(fault.detail.starts_with("Group 70 remains incomplete, because it could not be deleted ("), "{fault}");
}

#[test]
fn a_group_that_may_have_been_there_before_is_not_deleted() {
    for answer in [Reply::lost("interrupted", true), Reply::text(200, "<html>")] {
        let fake = FakeApp::new()
            .reply("POST", "/groups.json", answer)
            .reply("GET", "/groups.json", Reply::json(200, json!([ops()])))
            .reply("POST", "/memberships.json", Reply::status(503));
        let group = json!({"name": "Ops", "members": [{"value": "5"}]});
        let fault = Samanage::create(fake.app(), "Group", object(group)).unwrap_err();
        assert!(fault.detail.starts_with("Group 70 remains incomplete, because it may be an older group"), "{fault}");
        assert_eq!(fake.calls().len(), 3);
    }
}

#[test]
fn a_group_is_read_without_members_in_one_call() {
    let group = json!({"id": 70, "name": "Ops", "memberships": [{"id": 1, "user": "Jane Doe", "type": "User"}]});
    let fake = FakeApp::new().reply("GET", "/groups/70.json", Reply::json(200, group));
    let stored = Samanage::read(fake.app(), "Group", "70", &["members".to_owned()]).unwrap();
    assert_eq!(fake.calls().len(), 1);
    assert_eq!(Value::from(stored.document.unwrap()), json!({"id": 70, "name": "Ops"}));
}

#[test]
fn members_are_read_as_the_ids_of_the_users_who_list_the_group() {
    let memberships = json!([
        {"id": 1, "user": "Jane Doe", "type": "User"}, {"id": 2, "user": "Nested", "type": "Group"}
    ]);
    let fake = FakeApp::new()
        .reply("GET", "/groups/70.json", Reply::json(200, json!({"id": 70, "name": "Ops", "memberships": memberships})))
        .reply(
            "GET",
            "/users.json?name=Jane Doe&page=1&per_page=100",
            Reply::json(200, json!([jane(), jane_with(json!({"id": 6, "group_ids": [71]}))])),
        );
    let stored = Samanage::read(fake.app(), "Group", "70", &[]).unwrap();
    assert_eq!(stored.document.unwrap()["members"], json!([{"value": "5", "display": "Jane Doe"}]));
}

#[test]
fn members_whose_ids_are_listed_take_no_further_call() {
    let memberships = json!([{"id": 1, "user": {"id": 5, "name": "Jane Doe", "email": "jane@acme.example"}}]);
    let group = json!({"id": 70, "name": "Ops", "memberships": memberships});
    let fake = FakeApp::new().reply("GET", "/groups/70.json", Reply::json(200, group));
    let stored = Samanage::read(fake.app(), "Group", "70", &[]).unwrap();
    assert_eq!(stored.document.unwrap()["members"], json!([{"value": "5", "display": "Jane Doe"}]));
}

#[test]
fn the_members_of_a_large_group_are_read_through_all_users() {
    let name = |id: u64| format!("User {id}");
    let memberships: Vec<Value> = (1..=6).map(|id| json!({"id": 100 + id, "user": name(id)})).collect();
    let users: Vec<Value> = (1..=9)
        .map(|id| json!({"id": id, "name": name(id), "group_ids": if id <= 6 { vec![70] } else { vec![] }}))
        .collect();
    let fake = FakeApp::new()
        .reply("GET", "/groups/70.json", Reply::json(200, json!({"id": 70, "name": "Ops", "memberships": memberships})))
        .reply("GET", "/users.json?page=1&per_page=100", Reply::json(200, json!(users)));
    let stored = Samanage::read(fake.app(), "Group", "70", &[]).unwrap();
    assert_eq!(stored.document.unwrap()["members"].as_array().unwrap().len(), 6);
}

#[test]
fn renaming_a_group_is_one_call_and_a_name_that_is_taken_is_409() {
    let fake = FakeApp::new().reply("PUT", "/groups/70.json", Reply::json(200, ops()));
    Samanage::update(fake.app(), "Group", "70", &change(json!({"name": "Ops"}))).unwrap();
    assert_eq!(fake.bodies(), [json!({"group": {"name": "Ops"}})]);

    let fake = FakeApp::new().reply("PUT", "/groups/8.json", Reply::status(422)).reply(
        "GET",
        "/groups.json",
        Reply::json(200, json!([ops()])),
    );
    let fault = Samanage::update(fake.app(), "Group", "8", &change(json!({"name": "Ops"}))).unwrap_err();
    assert!(fault.is(409, Some("uniqueness")), "{fault}");
}

#[test]
fn a_group_without_a_name_is_refused_without_a_call() {
    let fake = FakeApp::new();
    assert!(Samanage::create(fake.app(), "Group", Object::new()).unwrap_err().is(400, Some("invalidValue")));
    let fault = Samanage::update(fake.app(), "Group", "70", &change(json!({"name": null}))).unwrap_err();
    assert!(fault.is(400, Some("invalidValue")));
}
