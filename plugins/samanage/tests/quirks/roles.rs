//! The role: its shapes, its default, and Samanage's answers.

use super::*;

fn to_app(fake: &FakeApp, value: Value) -> Result<Option<Value>, Fault> {
    Samanage::to_app(fake.app().settings(), "role", value)
}

#[test]
fn s7_every_shape_of_a_role_comes_down_to_one_name() {
    let json_text = r#"{"id":"06b0","value":"25","displayName":"Role1234"}"#;
    let azure = "WindowsAzureActiveDirectoryRole";
    for (value, name) in [
        (json!([{"primary": true, "type": azure, "value": "Admin"}]), "Admin"),
        (json!([{"value": json_text}]), "Role1234"),
        (json!("AppSec.Lead"), "AppSec.Lead"),
        (json!([{"primary": "True", "value": "AppSec.Lead"}]), "AppSec.Lead"),
        (json!([{"primary": false, "type": azure, "displayName": "Admin", "value": "A-1"}]), "Admin"),
        (json!([{"primary": false, "display": "Admin", "value": "A-1"}]), "Admin"),
        (json!("{\"displayName\":\"role\"}"), "role"),
        (json!(["{\"displayName\":\"role\"}"]), "role"),
        (json!({"displayName": "role"}), "role"),
        (json!([{"displayName": "role"}]), "role"),
        (json!([{"value": {"displayName": "role"}}]), "role"),
        (json!([{"value": "  Requester "}]), "Requester"),
        (json!([{"displayName": "", "value": "Requester"}]), "Requester"),
    ] {
        assert_eq!(to_app(&FakeApp::new(), value.clone()), Ok(Some(json!(name))), "{value}");
    }
}

#[test]
fn s7_an_empty_list_of_roles_makes_no_statement() {
    for value in [json!([]), json!(null)] {
        assert_eq!(to_app(&FakeApp::new(), value), Ok(None));
    }
}

#[test]
fn s7_what_names_no_role_is_refused() {
    for value in [json!(""), json!([{"primary": true}]), json!([7]), json!("{\"id\": 1}"), json!("{broken")] {
        let fault = to_app(&FakeApp::new(), value.clone()).unwrap_err();
        assert!(fault.is(400, Some("invalidValue")), "{value}");
    }
}

#[test]
fn s7_of_several_roles_the_primary_then_the_most_important_then_the_first_by_name_counts() {
    let role = |name: &str| json!({"value": name, "primary": false});
    let fake = FakeApp::new();
    for (value, name) in [
        (json!([role("Requester"), {"value": "Auditor", "primary": true}, role("Administrator")]), "Auditor"),
        (json!([role("Requester"), role("service agent user"), role("Administrator")]), "Administrator"),
        (json!([role("Requester"), role("service agent user")]), "service agent user"),
        (json!([role("zebra"), role("Ant"), role("bee")]), "Ant"),
        (json!([role("bee"), role("Ant"), role("zebra")]), "Ant"),
    ] {
        assert_eq!(to_app(&fake, value.clone()), Ok(Some(json!(name))), "{value}");
    }
    let fake = FakeApp::new().setting("role-priority", "zebra, Ant");
    assert_eq!(to_app(&fake, json!([role("Ant"), role("Zebra")])), Ok(Some(json!("Zebra"))));
}

#[test]
fn s7_an_alias_stands_for_a_role_of_samanage() {
    let fake = FakeApp::new().setting("role-aliases", "IT Admins = Administrator; Staff=Requester;");
    for (theirs, ours) in [("it admins", "Administrator"), ("Staff", "Requester"), ("Other", "Other")] {
        assert_eq!(to_app(&fake, json!(theirs)), Ok(Some(json!(ours))));
    }
}

#[test]
fn s7_the_role_goes_back_as_one_primary_role() {
    let fake = FakeApp::new();
    let to_scim = |value: Value| Samanage::to_scim(fake.app().settings(), "role", value).unwrap();
    assert_eq!(to_scim(json!("Requester")), Some(json!([{"value": "Requester", "primary": true}])));
    assert_eq!(to_scim(json!(null)), None);
}

#[test]
fn s7_a_default_is_accepted_in_exactly_one_format_and_otherwise_shown_the_right_one() {
    for default in [r#"{"displayName":"Requester"}"#, r#"{ "displayName": "Service Agent User" }"#] {
        assert_eq!(Samanage::check_default("role", default), Ok(()));
    }
    for (default, right) in [
        (r#""Requester""#, r#"{"displayName":"Requester"}"#),
        ("Requester", r#"{"displayName":"Requester"}"#),
        (r#""{\"displayName\":\"Auditor\"}""#, r#"{"displayName":"Auditor"}"#),
        (r#"{"displayName":"Auditor","value":"1"}"#, r#"{"displayName":"Auditor"}"#),
        (r#"{"displayname":"Auditor"}"#, r#"{"displayName":"Requester"}"#),
        (r#"{"value":"Auditor"}"#, r#"{"displayName":"Auditor"}"#),
        (r#"[{"displayName":"Auditor"}]"#, r#"{"displayName":"Auditor"}"#),
        (r#"{"displayName":" Auditor"}"#, r#"{"displayName":"Auditor"}"#),
        (r#"{"displayName":""}"#, r#"{"displayName":"Requester"}"#),
        (r#"{"displayName":7}"#, r#"{"displayName":"Requester"}"#),
        ("null", r#"{"displayName":"Requester"}"#),
    ] {
        let error = Samanage::check_default("role", default).unwrap_err();
        assert!(error.contains(r#"{"displayName":"<name of the role>"}"#), "{error}");
        assert!(error.ends_with(right), "{default}: {error}");
    }
}

#[test]
fn s7_a_new_user_always_has_a_role_and_a_change_touches_it_only_when_told() {
    for (setting, role) in [(None, "Requester"), (Some("Auditor"), "Auditor")] {
        let answer = jane_with(json!({"role": {"name": role}}));
        let fake = samanage().remembering("role:auditor", "Auditor");
        let fake = fake.reply("POST", "/users.json", Reply::json(200, answer));
        let fake = match setting {
            Some(setting) => fake.setting("default-role", setting),
            None => fake,
        };
        let mut user = wanted(json!({}));
        user.remove("role");
        Samanage::create(fake.app(), "User", user).unwrap();
        assert_eq!(fake.bodies()[0]["user"]["role"], json!({"name": role}));
    }
    let fake = FakeApp::new().reply("PUT", "/users/5.json", Reply::json(200, jane()));
    Samanage::update(fake.app(), "User", "5", &change(json!({"title": "Lead"}))).unwrap();
    assert_eq!(fake.bodies()[0]["user"].get("role"), None);
}

#[test]
fn s7_a_role_that_samanage_does_not_have_is_refused_before_anything_is_written() {
    let roles = json!([{"id": 1, "name": "Administrator"}, {"role": {"id": 2, "name": "Requester"}}]);
    let expected = "roles: Samanage has no role \"Wizard\"; its roles are: Administrator, Requester";
    let fake = FakeApp::new().handle(move |call| (call.method == "GET").then(|| Reply::json(200, roles.clone())));
    for fault in [
        Samanage::create(fake.app(), "User", wanted(json!({"role": {"name": "Wizard"}}))).unwrap_err(),
        Samanage::update(fake.app(), "User", "5", &change(json!({"role.name": "Wizard"}))).unwrap_err(),
    ] {
        assert!(fault.is(400, Some("invalidValue")));
        assert_eq!(fault.detail, expected);
    }
    assert_eq!(fake.lines(), ["GET /roles.json?page=1&per_page=100"; 2]);
}

#[test]
fn s7_a_role_is_looked_up_once_written_as_samanage_spells_it_and_remembered() {
    let roles = json!([{"id": 1, "name": "Administrator"}, {"id": 2, "name": "Requester"}]);
    let fake = FakeApp::new()
        .reply("GET", "/roles.json", Reply::json(200, roles))
        .handle(|call| (call.method != "GET").then(|| Reply::json(200, jane())));
    Samanage::create(fake.app(), "User", wanted(json!({"role": {"name": "requester"}}))).unwrap();
    Samanage::update(fake.app(), "User", "5", &change(json!({"role.name": "REQUESTER"}))).unwrap();
    assert_eq!(fake.lines()[1..], ["POST /users.json", "PUT /users/5.json"]);
    assert_eq!(fake.bodies()[2], json!({"user": {"role": {"name": "Requester"}}}));
}

#[test]
fn s7_a_role_that_was_deleted_meanwhile_leaves_no_user_behind() {
    let other = || Reply::json(200, jane_with(json!({"role": {"name": "Service Agent User"}})));
    let roles = || Reply::json(200, json!([{"id": 1, "name": "Administrator"}]));
    let fake = FakeApp::new()
        .remembering("role:wizard", "Wizard")
        .reply("POST", "/users.json", other())
        .reply("DELETE", "/users/5.json", Reply::status(200))
        .handle(move |call| (call.path == "/roles.json").then(roles));
    let user = wanted(json!({"role": {"name": "Wizard"}}));
    let fault = Samanage::create(fake.app(), "User", user).unwrap_err();
    assert_eq!(fault.detail, "roles: Samanage has no role \"Wizard\"; its roles are: Administrator");
    assert!(fake.state().is_empty());

    // What a change has written cannot be taken back.
    let fake = FakeApp::new().remembering("role:wizard", "Wizard").reply("PUT", "/users/5.json", other());
    let fake = fake.handle(move |call| (call.path == "/roles.json").then(roles));
    let fault = Samanage::update(fake.app(), "User", "5", &change(json!({"role.name": "Wizard"}))).unwrap_err();
    assert!(fault.is(400, Some("invalidValue")));
    assert!(fault.detail.ends_with("The rest of user 5 was saved nevertheless"), "{fault}");
}

#[test]
fn s7_roles_that_the_token_may_not_read_are_left_to_samanage() {
    let fake = FakeApp::new().reply("GET", "/roles.json", Reply::status(403)).reply(
        "POST",
        "/users.json",
        Reply::json(200, jane()),
    );
    Samanage::create(fake.app(), "User", wanted(json!({}))).unwrap();
}

#[test]
fn another_transform_is_not_there() {
    let fake = FakeApp::new();
    assert_eq!(Samanage::to_app(fake.app().settings(), "rule", json!(1)).unwrap_err().status, 501);
    assert!(Samanage::check_default("rule", "1").is_err());
}
