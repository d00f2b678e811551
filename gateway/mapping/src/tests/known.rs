//! What is known about a resource without a call to the app.

use super::super::{AppChange, ItemChange, Way};
use super::{ENTERPRISE, SAMANAGE, mapping, object};
use serde_json::{Value, json};

#[test]
fn a_confirmed_change_is_applied_to_the_document() {
    let samanage = mapping(SAMANAGE);
    let document = object(&json!({ "id": 7, "name": "G", "members": [{ "value": "1" }, { "value": "2" }] }));
    let items = ItemChange {
        path: "members".to_owned(),
        added: vec![json!({ "value": "3" }), json!({ "value": "2" })],
        removed: vec![json!({ "value": "1" })],
    };
    let fields = vec![("name".to_owned(), None), ("unknown".to_owned(), Some(json!(1)))];
    let change = AppChange { fields, items: vec![items], ..AppChange::default() };
    let after = samanage.of("Group").unwrap().changed(document, &change);
    let expected = json!({ "id": 7, "name": null, "members": [{ "value": "3" }, { "value": "2" }] });
    assert_eq!(Value::Object(after), expected);
}

#[test]
fn only_mapped_attributes_are_remembered() {
    let samanage = mapping(SAMANAGE);
    let resource = object(&json!({
        "userName": "u", "active": false, "nickName": "n", "externalId": "e",
        "emails": [{ "type": "work", "value": "a@x" }, { "type": "home", "value": "b@x" }],
        ENTERPRISE: { "manager": { "value": "42" }, "costCenter": "c" },
    }));
    let taken = Value::Object(samanage.of("User").unwrap().taken(&resource));
    assert_eq!(taken["userName"], "u");
    assert_eq!(taken["active"], false);
    assert_eq!(taken["externalId"], "e");
    assert_eq!(taken.get("nickName"), None);
    assert_eq!(taken["emails"].as_array().unwrap().len(), 1);
    assert_eq!(taken["emails"][0]["value"], "a@x");
    assert_eq!(taken[ENTERPRISE], json!({ "manager": { "value": "42" } }));
}

#[test]
fn an_attribute_passes_in_the_directions_of_its_rules() {
    let samanage = mapping(SAMANAGE);
    let user = samanage.of("User").unwrap();
    for (schema, attribute, sub, expected) in [
        (None, "userName", None, Way::Both),
        (None, "externalId", None, Way::Both),
        (None, "nickName", None, Way::Nowhere),
        (None, "emails", None, Way::Both),
        (None, "emails", Some("value"), Way::Both),
        (None, "emails", Some("type"), Way::Both),
        (None, "emails", Some("display"), Way::Nowhere),
        (Some(ENTERPRISE), "manager", Some("value"), Way::Both),
        (Some(ENTERPRISE), "costCenter", None, Way::Nowhere),
    ] {
        assert_eq!(user.way(schema, attribute, sub), expected, "{attribute} {sub:?}");
    }
}
