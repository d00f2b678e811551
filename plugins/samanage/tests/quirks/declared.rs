//! What the descriptor declares instead of code.

use super::*;

fn declared() -> Declared {
    Declared::of::<Samanage>()
}

#[test]
fn the_descriptor_satisfies_the_published_schema() {
    assert_descriptor::<Samanage>();
}

#[test]
fn s3_the_token_goes_into_samanages_own_header_and_basic_is_legacy() {
    let header = json!({"kind": "header", "header": "X-Samanage-Authorization", "scheme": "Bearer"});
    assert_eq!(declared()["auth"], json!([header, {"kind": "basic", "legacy": true}]));
}

#[test]
fn s6_active_is_the_opposite_of_disabled() {
    assert_eq!(declared().rule("active"), json!({"scim": "active", "app": "disabled", "transform": "not"}));
    assert_eq!(declared()["resource-types"][0]["deactivation"], "disables");
}

#[test]
fn s7_the_role_has_a_default_that_the_connector_accepts() {
    let default = declared().rule("roles")["default"].to_string();
    assert_eq!(default, r#"{"displayName":"Requester"}"#);
    assert_eq!(Samanage::check_default("role", &default), Ok(()));
}

#[test]
fn s10_all_names_come_down_to_one_and_their_parts_are_kept() {
    let expression = declared().rule("displayName")["expression"].as_str().unwrap().to_owned();
    for part in ["displayName", "name.formatted", "name.givenName", "name.familyName"] {
        assert!(expression.contains(part), "{part}");
    }
    assert_eq!(declared().rule("name.formatted"), json!({"scim": "name.formatted", "keep": true}));
    for (part, field) in [("name.givenName", "given_name"), ("name.familyName", "family_name")] {
        assert_eq!(declared().rule(part), json!({"scim": part, "app": field, "keep": true}));
    }
}

#[test]
fn s19_each_region_has_its_own_base_url_and_the_default_is_one_of_them() {
    let base_url = &declared()["base-url"];
    let expected = json!({
        "us": "https://api.samanage.com", "eu": "https://apieu.samanage.com", "apj": "https://apiau.samanage.com"
    });
    assert_eq!((&base_url["regions"], &base_url["default-region"]), (&expected, &json!("us")));
}

#[test]
fn filters_are_those_that_samanages_search_can_do() {
    let types = &declared()["resource-types"];
    assert_eq!(types[0]["filters"], json!({"email": ["eq"], "name": ["eq"]}));
    assert_eq!(types[1]["filters"], json!({"name": ["eq"]}));
    assert_eq!(types[1]["incremental"], json!(["members"]));
}
