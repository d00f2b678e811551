//! Departments and sites.

use super::*;

const FOUND: &str = "/departments.json?name=support&page=1&per_page=100";

#[test]
fn s8_a_department_is_looked_up_once_written_as_samanage_spells_it_and_remembered() {
    let support = json!({"department": {"name": "Support"}});
    let fake = samanage()
        .reply("GET", FOUND, Reply::json(200, json!([{"id": 1, "name": "Support East"}, {"id": 2, "name": "Support"}])))
        .handle(move |_| Some(Reply::json(200, jane_with(json!({"department": {"id": 2, "name": "Support"}})))));
    let user = wanted(json!({"department": {"name": "support"}}));
    Samanage::create(fake.app(), "User", user).unwrap();
    Samanage::update(fake.app(), "User", "5", &change(json!({"department.name": "support"}))).unwrap();
    assert_eq!(fake.lines()[1..], ["POST /users.json", "PUT /users/5.json"]);
    assert_eq!(fake.bodies()[2], json!({"user": support}));
}

#[test]
fn s8_a_name_on_a_later_page_is_found() {
    let page = |rows: Value| Reply::json(200, rows).header("X-Total-Pages", "2");
    let fake = samanage()
        .reply("GET", "/sites.json?name=Oslo&page=1&per_page=100", page(json!([{"id": 1, "name": "Rome"}])))
        .reply("GET", "/sites.json?name=Oslo&page=2&per_page=100", page(json!([{"site": {"id": 2, "name": "Oslo"}}])))
        .reply("PUT", "/users/5.json", Reply::json(200, jane_with(json!({"site": {"id": 2, "name": "Oslo"}}))));
    Samanage::update(fake.app(), "User", "5", &change(json!({"site.name": "Oslo"}))).unwrap();
}

#[test]
fn s8_an_unknown_department_is_refused_by_name_before_anything_is_written() {
    let fake = samanage().reply("GET", "/departments.json", Reply::json(200, json!([{"id": 1, "name": "Sales"}])));
    let user = wanted(json!({"department": {"name": "Support"}}));
    let fault = Samanage::create(fake.app(), "User", user).unwrap_err();
    assert!(fault.is(400, Some("invalidValue")));
    assert!(fault.detail.starts_with("department: Samanage has no department \"Support\""), "{fault}");
    assert_eq!(fake.calls().len(), 1);
}

#[test]
fn s8_an_unknown_site_is_made_where_the_instance_says_so() {
    let fake = samanage()
        .setting("unknown-references", "create")
        .reply("GET", "/sites.json", Reply::json(200, json!([])))
        .reply("POST", "/sites.json", Reply::json(200, json!({"id": 3, "name": "Oslo"})))
        .reply("PUT", "/users/5.json", Reply::json(200, jane_with(json!({"site": {"id": 3, "name": "Oslo"}}))));
    Samanage::update(fake.app(), "User", "5", &change(json!({"site.name": "Oslo"}))).unwrap();
    assert_eq!(fake.bodies()[1], json!({"site": {"name": "Oslo"}}));
    assert_eq!(fake.state()["site:oslo"], "Oslo");
}

#[test]
fn s8_a_department_that_samanage_silently_leaves_out_is_an_error_and_is_forgotten() {
    let fake = samanage()
        .remembering("department:support", "Support")
        .reply("POST", "/users.json", Reply::json(200, jane()))
        .reply("DELETE", "/users/5.json", Reply::status(200));
    let user = wanted(json!({"department": {"name": "Support"}}));
    let fault = Samanage::create(fake.app(), "User", user).unwrap_err();
    assert!(fault.is(400, Some("invalidValue")));
    assert_eq!(fault.detail, "department: Samanage did not accept the department \"Support\"");
    assert_eq!(fake.state().keys().collect::<Vec<_>>(), ["role:requester"]);
}
