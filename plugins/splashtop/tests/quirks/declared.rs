//! What the descriptor declares instead of code.

use super::*;

fn declared() -> Declared {
    Declared::of::<Splashtop>()
}

#[test]
fn the_descriptor_satisfies_the_published_schema() {
    assert_descriptor::<Splashtop>();
}

#[test]
fn p3_a_user_name_is_declared_immutable() {
    assert_eq!(declared()["resource-types"][0]["immutable"], json!(["userName"]));
}

#[test]
fn p4_a_user_is_in_one_group_and_the_gateway_knows_it() {
    for resource_type in declared()["resource-types"].as_array().unwrap() {
        assert_eq!(resource_type["memberships"], "one-group-per-user");
    }
}

#[test]
fn p5_active_false_is_declared_to_remove_and_active_is_sent_with_a_new_user_only() {
    assert_eq!(declared()["resource-types"][0]["deactivation"], "removes");
    let rule = json!({"scim": "active", "app": "active", "apply": "on-create", "default": true});
    assert_eq!(declared().rules("active"), [rule]);
}

#[test]
fn p6_what_splashtop_does_not_update_is_kept_by_the_gateway() {
    for scim in ["externalId", "emails[type eq \"work\"].value", SSO_NAME] {
        assert_eq!(declared().rules(scim)[0]["keep"], true, "{scim}");
    }
}

#[test]
fn p11_each_region_has_its_own_base_url_and_the_default_is_one_of_them() {
    let base_url = &declared()["base-url"];
    let expected = json!({
        "global": "https://my.splashtop.com/scim/v1",
        "eu": "https://my.splashtop.eu/scim/v1",
        "oc": "https://my.splashtop.nr/scim/v1"
    });
    assert_eq!((&base_url["regions"], &base_url["default-region"]), (&expected, &json!("global")));
}

#[test]
fn filters_are_those_that_splashtops_search_can_do() {
    let types = &declared()["resource-types"];
    assert_eq!(types[0]["filters"], json!({"userName": ["eq"]}));
    assert_eq!(types[1]["filters"], json!({"displayName": ["eq"]}));
    assert_eq!(types[1]["incremental"], json!(["members"]));
    assert_eq!(types[0]["paging"]["kind"], "index");
}

#[test]
fn the_only_credential_is_a_bearer_token() {
    assert_eq!(declared()["auth"], json!([{"kind": "bearer"}]));
}
