//! The name of the SSO method.

use super::*;

const NAMES: &str = "Acme SSO; Acme  Okta ;\"Quoted\"";

fn to_app(fake: &FakeApp, value: Value) -> Result<Option<Value>, Fault> {
    Splashtop::to_app(fake.app().settings(), "sso-name", value)
}

#[test]
fn p1_a_user_without_an_sso_name_gets_the_configured_one() {
    for sso_name in [None, Some(""), Some("  ")] {
        let fake =
            FakeApp::new().setting("default-sso-name", "Acme SSO").reply("POST", "/Users", Reply::json(201, ada()));
        Splashtop::create(fake.app(), "User", wanted(sso_name)).unwrap();
        assert_eq!(fake.bodies()[0][SPLASHTOP], json!({"ssoName": "Acme SSO"}));
        assert_eq!(fake.bodies()[0]["schemas"], json!([CORE, SPLASHTOP]));
    }
}

#[test]
fn p1_without_an_sso_name_and_without_a_configured_one_nobody_is_created() {
    let fake = FakeApp::new().setting("default-sso-name", "");
    let fault = Splashtop::create(fake.app(), "User", wanted(None)).unwrap_err();
    assert!(fault.is(400, Some("invalidValue")));
    assert!(fault.detail.contains("default-sso-name"), "{fault}");
}

#[test]
fn p1_the_extension_need_not_be_named_in_schemas_on_the_way_back() {
    let fake = FakeApp::new().reply("GET", "/Users/100", Reply::json(200, ada()));
    let stored = Splashtop::read(fake.app(), "User", "100", &[]).unwrap();
    assert_eq!(stored.document.unwrap()[SPLASHTOP], json!({"ssoName": "Acme SSO"}));
}

#[test]
fn p2_a_name_is_taken_byte_for_byte_and_quotes_come_off_only_around_a_listed_name() {
    let fake = FakeApp::new().setting("sso-names", NAMES).setting("default-sso-name", "");
    for (sent, taken) in [
        ("Acme SSO", Some("Acme SSO")),
        ("Acme  Okta", Some("Acme  Okta")),
        ("\"Acme SSO\"", Some("Acme SSO")),
        (" \"Acme SSO\" ", Some("Acme SSO")),
        (" Acme SSO", Some("Acme SSO")),
        ("\"Quoted\"", Some("\"Quoted\"")),
        ("\"\"Quoted\"\"", Some("\"Quoted\"")),
        ("acme sso", None),
        ("Acme Okta", None),
        ("\"\"Acme SSO\"\"", None),
        ("'Acme SSO'", None),
        ("\"Acme SSO", None),
        ("\"Other\"", None),
        ("Quoted", None),
    ] {
        match (to_app(&fake, json!(sent)), taken) {
            (Ok(found), Some(name)) => assert_eq!(found, Some(json!(name)), "{sent}"),
            (Err(fault), None) => {
                assert!(fault.is(400, Some("invalidValue")), "{sent}");
                assert!(fault.detail.contains("Acme SSO; Acme  Okta"), "{fault}");
            }
            (found, _) => panic!("{sent}: {found:?}"),
        }
    }
}

#[test]
fn p2_without_a_list_a_plain_name_is_taken_and_one_in_quotes_or_spaces_is_refused() {
    let fake = FakeApp::new().setting("default-sso-name", "Acme SSO");
    for (sent, taken) in [
        ("Any Name", Some("Any Name")),
        ("\"Acme SSO\"", Some("Acme SSO")),
        ("\"Any Name\"", None),
        (" Any Name", None),
    ] {
        let found = to_app(&fake, json!(sent));
        assert_eq!(found.ok(), taken.map(|name| Some(json!(name))), "{sent}");
    }
}

#[test]
fn p2_the_name_that_is_created_with_is_checked_whatever_the_mapping() {
    let fake = FakeApp::new().setting("sso-names", NAMES).reply("POST", "/Users", Reply::json(201, ada()));
    Splashtop::create(fake.app(), "User", wanted(Some("\"Acme SSO\""))).unwrap();
    assert_eq!(fake.bodies()[0][SPLASHTOP]["ssoName"], "Acme SSO");
    let fault = Splashtop::create(fake.app(), "User", wanted(Some("Other"))).unwrap_err();
    assert!(fault.is(400, Some("invalidValue")));
    assert_eq!(fake.calls().len(), 1);
}

#[test]
fn p2_nothing_makes_no_statement_where_nothing_is_configured_and_a_number_is_no_name() {
    let fake = FakeApp::new();
    assert_eq!(to_app(&fake, json!("")), Ok(None));
    assert!(to_app(&fake, json!(7)).unwrap_err().is(400, Some("invalidValue")));
    assert_eq!(Splashtop::to_scim(fake.app().settings(), "sso-name", json!("A")), Ok(Some(json!("A"))));
}

#[test]
fn p2_a_bare_sso_name_of_the_user_goes_where_the_extensions_does() {
    let descriptor: Value = Splashtop::DESCRIPTOR.parse().unwrap();
    let rules = descriptor["mapping"]["resource-types"]["User"].as_array().unwrap().clone();
    let fields: Vec<&Value> = rules.iter().filter(|rule| rule["transform"] == "sso-name").collect();
    assert_eq!(fields.iter().map(|rule| &rule["scim"]).collect::<Vec<_>>(), [SSO_NAME, "ssoName"]);
    assert!(fields.iter().all(|rule| rule["app"] == SSO_NAME));
    assert_eq!(Splashtop::check_default("sso-name", &fields[0]["default"].to_string()), Ok(()));
}

#[test]
fn a_default_is_a_text_and_another_transform_is_not_there() {
    assert!(Splashtop::check_default("sso-name", "Acme SSO").is_err());
    assert!(Splashtop::check_default("sso-name", "{}").is_err());
    assert!(Splashtop::check_default("role", "\"\"").is_err());
    assert_eq!(Splashtop::to_app(FakeApp::new().app().settings(), "role", json!("")).unwrap_err().status, 501);
}
