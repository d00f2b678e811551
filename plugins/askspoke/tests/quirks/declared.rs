//! What the descriptor declares instead of code.

use super::*;

fn declared() -> Declared {
    Declared::of::<AskSpoke>()
}

#[test]
fn the_descriptor_satisfies_the_published_schema() {
    assert_descriptor::<AskSpoke>();
}

#[test]
fn a1_the_user_name_and_the_work_address_are_two_fields() {
    for scim in ["userName", EMAIL] {
        assert_eq!(declared().rule(scim)["app"], scim);
    }
}

#[test]
fn a6_active_false_is_declared_to_remove_and_active_is_sent_with_a_new_user_only() {
    assert_eq!(declared()["resource-types"][0]["deactivation"], "removes");
    let expected = json!({"scim": "active", "app": "active", "apply": "on-create", "default": true});
    assert_eq!(declared().rule("active"), expected);
}

#[test]
fn a9_the_host_is_made_of_the_organization_which_is_required_and_one_label() {
    let descriptor = declared();
    assert_eq!(descriptor["base-url"], json!({"template": "https://{organization}.askspoke.com/scim/v2"}));
    let organization = &descriptor["settings"]["organization"];
    assert_eq!((&organization["required"], &organization["pattern"]), (&json!(true), &json!("^[a-z0-9-]+$")));
}

#[test]
fn filters_are_those_that_askspokes_search_can_do() {
    let types = &declared()["resource-types"];
    assert_eq!(types[0]["filters"], json!({"userName": ["eq"]}));
    assert_eq!(types[1]["filters"], json!({"displayName": ["eq"]}));
    assert_eq!(types[1]["incremental"], json!(["members"]));
    assert_eq!(types[1]["memberships"], "many");
    assert_eq!(declared()["auth"], json!([{"kind": "bearer"}]));
}
