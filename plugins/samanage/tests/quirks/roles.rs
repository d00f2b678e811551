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
        let fake = FakeApp::new().reply("POST", "/users.json", Reply::json(200, answer));
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
fn s7_a_role_that_samanage_does_not_know_is_an_error_that_names_those_it_knows() {
    let roles = json!([{"id": 1, "name": "Administrator"}, {"role": {"id": 2, "name": "Requester"}}]);
    let user = wanted(json!({"role": {"name": "Wizard"}}));
    let ignored = Reply::json(200, jane_with(json!({"role": {"name": "Service Agent User"}})));
    for (answer, users) in [(ignored, 0), (Reply::status(422), 1)] {
        let fake = FakeApp::new()
            .reply("POST", "/users.json", answer)
            .reply("GET", "/roles.json", Reply::json(200, roles.clone()))
            .handle(|call| (call.path == "/users.json").then(|| Reply::json(200, json!([]))));
        let fault = Samanage::create(fake.app(), "User", user.clone()).unwrap_err();
        assert!(fault.is(400, Some("invalidValue")));
        let expected = "roles: Samanage has no role \"Wizard\"; its roles are: Administrator, Requester";
        assert!(fault.detail.starts_with(expected), "{fault}");
        assert_eq!(fault.detail.contains("User 5 was saved nevertheless"), users == 0);
        assert_eq!(fake.calls().len(), 2 + users);
    }
}

#[test]
fn another_transform_is_not_there() {
    let fake = FakeApp::new();
    assert_eq!(Samanage::to_app(fake.app().settings(), "rule", json!(1)).unwrap_err().status, 501);
    assert!(Samanage::check_default("rule", "1").is_err());
}
