//! The PATCH requests that identity providers really send, as edits and as results.

use crate::fixture::{ENTERPRISE, LENIENT, STRICT, patched, steps, user};
use scim_protocol::{Edit, ResourceType};
use serde_json::{Value, json};

#[test]
fn client_shapes_have_their_meaning() {
    let work = json!([{ "type": "work", "value": "a@c.com" }]);
    for (name, before, operations, after) in [
        (
            "capitalised op",
            json!({ "active": true }),
            json!([{ "op": "Replace", "path": "active", "value": false }]),
            json!({ "active": false }),
        ),
        (
            "attribute names in any case",
            json!({}),
            json!([{ "op": "add", "path": "USERNAME", "value": "x" }]),
            json!({ "userName": "x" }),
        ),
        (
            "a value path makes its element",
            json!({}),
            json!([{ "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "a@c.com" }]),
            json!({ "emails": work }),
        ),
        (
            "a value path changes its element only",
            json!({ "emails": [{ "type": "home", "value": "h" }, { "type": "work", "value": "w" }] }),
            json!([{ "op": "Add", "path": "emails[type eq \"work\"].value", "value": "n" }]),
            json!({ "emails": [{ "type": "home", "value": "h" }, { "type": "work", "value": "n" }] }),
        ),
        (
            "string literal against a boolean",
            json!({ "roles": [{ "primary": true, "value": "old" }] }),
            json!([{ "op": "Add", "path": "roles[primary eq \"True\"].value", "value": "AppSec.Lead" }]),
            json!({ "roles": [{ "primary": true, "value": "AppSec.Lead" }] }),
        ),
        (
            "a primary element that is missing",
            json!({ "roles": [{ "primary": false, "value": "old" }] }),
            json!([{ "op": "Add", "path": "roles[primary eq \"True\"].value", "value": "Lead" }]),
            json!({ "roles": [{ "primary": false, "value": "old" }, { "primary": true, "value": "Lead" }] }),
        ),
        (
            "extension path with a colon",
            json!({}),
            json!([{ "op": "Add", "path": format!("{ENTERPRISE}:department"), "value": "Sales" }]),
            json!({ (ENTERPRISE): { "department": "Sales" } }),
        ),
        (
            "null removes the manager",
            json!({ "userName": "x", (ENTERPRISE): { "manager": { "value": "1" } } }),
            json!([{ "op": "Replace", "path": format!("{ENTERPRISE}:manager"), "value": null }]),
            json!({ "userName": "x" }),
        ),
        (
            "null as manager.value removes the manager",
            json!({ "userName": "x", (ENTERPRISE): { "manager": { "value": "1" } } }),
            json!([{ "op": "Replace", "path": format!("{ENTERPRISE}:manager.value"), "value": null }]),
            json!({ "userName": "x" }),
        ),
        (
            "dotted and URN keys without a path",
            json!({ "name": { "givenName": "A", "formatted": "A B" } }),
            json!([{ "op": "replace", "value": {
                "displayName": "B", "name.givenName": "K", "name.familyName": "U",
                (format!("{ENTERPRISE}:employeeNumber")): "7",
                "emails[type eq \"work\"].value": "a@c.com",
            } }]),
            json!({
                "name": { "givenName": "K", "formatted": "A B", "familyName": "U" },
                "displayName": "B", "emails": work, (ENTERPRISE): { "employeeNumber": "7" },
            }),
        ),
        (
            "an extension's object without a path",
            json!({}),
            json!([{ "op": "add", "value": { (ENTERPRISE.to_uppercase()): { "Department": "D", "nonsense": 1 } } }]),
            json!({ (ENTERPRISE): { "department": "D" } }),
        ),
        (
            "E19: a role as JSON in a string stays a string",
            json!({}),
            json!([{ "op": "Add", "path": "roles", "value": [{ "value": "{\"displayName\":\"R\"}" }] }]),
            json!({ "roles": [{ "value": "{\"displayName\":\"R\"}" }] }),
        ),
        (
            "deactivation without a path",
            json!({ "active": true, "title": "t" }),
            json!([{ "op": "replace", "value": { "active": false } }]),
            json!({ "active": false, "title": "t" }),
        ),
        (
            "null means no value",
            json!({ "title": "t", "name": { "givenName": "a", "familyName": "b" } }),
            json!([{ "op": "replace", "value": { "title": null, "name": { "givenName": null } } }]),
            json!({ "name": { "familyName": "b" } }),
        ),
        (
            "removal of the value takes the element that was made for it",
            json!({ "emails": [{ "type": "work", "value": "a" }, { "type": "home", "value": "h" }] }),
            json!([{ "op": "Remove", "path": "emails[type eq \"work\"].value" }]),
            json!({ "emails": [{ "type": "home", "value": "h" }] }),
        ),
    ] {
        assert_eq!(patched(&user(), &before, &operations, LENIENT), Ok(after), "{name}");
    }
}

#[test]
fn membership_shapes_have_their_meaning() {
    let members = |ids: &[&str]| json!({ "displayName": "G", "members": ids.iter().map(|id| json!({ "value": id })).collect::<Vec<_>>() });
    let alone = json!({ "displayName": "G" });
    for (name, operations, after) in [
        (
            "many members in one add, null $ref, known ones stay",
            json!([{ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": "3" }, { "$ref": null, "value": "1" }, { "value": "3" }] }]),
            members(&["1", "2", "3"]),
        ),
        (
            "listed removal",
            json!([{ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": "1" }, { "value": "9" }] }]),
            members(&["2"]),
        ),
        (
            "removal of an empty list removes nothing",
            json!([{ "op": "Remove", "path": "members", "value": [] }]),
            members(&["1", "2"]),
        ),
        ("removal without a list removes all", json!([{ "op": "Remove", "path": "members" }]), alone.clone()),
        ("removal by value path", json!([{ "op": "remove", "path": "members[value eq \"1\"]" }]), members(&["2"])),
        (
            "removal of a user who is not a member",
            json!([{ "op": "remove", "path": "members[value eq \"9\"]" }]),
            members(&["1", "2"]),
        ),
        (
            "removal of several by value path",
            json!([{ "op": "remove", "path": "members[value eq \"1\" or value eq \"2\"]" }]),
            alone.clone(),
        ),
        (
            "remove and add in one request",
            json!([
                { "op": "remove", "path": "members[value eq \"1\"]" },
                { "op": "add", "path": "members", "value": [{ "value": "3", "display": "c" }] },
            ]),
            json!({ "displayName": "G", "members": [{ "value": "2" }, { "value": "3", "display": "c" }] }),
        ),
        ("full push", json!([{ "op": "replace", "path": "members", "value": [{ "value": "5" }] }]), members(&["5"])),
        ("full push of an empty group", json!([{ "op": "replace", "path": "members", "value": [] }]), alone.clone()),
        (
            "full push without a path",
            json!([{ "op": "replace", "value": { "members": [{ "value": "5" }] } }]),
            members(&["5"]),
        ),
        (
            "rename with a read-only id",
            json!([{ "op": "replace", "value": { "id": "x", "displayName": "H" } }]),
            json!({ "displayName": "H", "members": [{ "value": "1" }, { "value": "2" }] }),
        ),
        (
            "a single member where a list belongs",
            json!([{ "op": "add", "path": "members", "value": { "value": "3" } }]),
            members(&["1", "2", "3"]),
        ),
        (
            "ids that differ in case are different",
            json!([{ "op": "add", "path": "members", "value": [{ "value": "a" }, { "value": "A" }] }]),
            members(&["1", "2", "a", "A"]),
        ),
    ] {
        assert_eq!(patched(&ResourceType::group(), &members(&["1", "2"]), &operations, STRICT), Ok(after), "{name}");
    }
}

#[test]
fn a_listed_removal_takes_the_elements_that_have_all_that_is_listed() {
    let work = json!({ "value": "a@b.example", "type": "work", "display": "A" });
    let home = json!({ "value": "a@b.example", "type": "home", "primary": true });
    let other = json!({ "value": "c@b.example", "type": "work" });
    let before = json!({ "userName": "u", "emails": [work, home, other] });
    for (listed, left) in [
        (json!([{ "value": "a@b.example", "type": "work" }]), json!([home, other])),
        (
            json!([{ "value": "A@b.example", "type": "Work", "display": "stale", "primary": false }]),
            json!([home, other]),
        ),
        (json!([{ "value": "a@b.example", "type": null }]), json!([other])),
        (json!([{ "value": "a@b.example" }]), json!([other])),
        (json!([{ "value": "a@b.example", "primary": true }]), json!([work, other])),
        (json!([{ "value": "a@b.example", "type": "other" }]), json!([work, home, other])),
        (json!([{ "value": "a@b.example", "type": "work" }, { "value": "c@b.example" }]), json!([home])),
        (json!({ "value": "a@b.example", "type": "home" }), json!([work, other])),
    ] {
        let operations = json!([{ "op": "remove", "path": "emails", "value": listed }]);
        let after = json!({ "userName": "u", "emails": left });
        assert_eq!(patched(&user(), &before, &operations, STRICT), Ok(after), "{operations}");
    }
    let bare = json!({ "userName": "u", "emails": [{ "type": "work" }] });
    for listed in [
        json!([{ "value": "a" }]),
        json!([{ "value": "a", "type": "work" }]),
        json!([{ "type": "work", "primary": true }]),
    ] {
        let operations = json!([{ "op": "remove", "path": "emails", "value": listed }]);
        assert_eq!(patched(&user(), &bare, &operations, STRICT), Ok(bare.clone()), "{operations}");
    }
    let before = json!({ "displayName": "G", "members": [{ "value": "1" }, { "value": "2", "type": "User" }] });
    let listed =
        json!([{ "value": "1", "type": "User", "$ref": null, "display": "old" }, { "value": "2", "type": "Group" }]);
    let operations = json!([{ "op": "remove", "path": "members", "value": listed }]);
    let after = json!({ "displayName": "G" });
    assert_eq!(patched(&ResourceType::group(), &before, &operations, STRICT), Ok(after), "a reference is its value");
}

#[test]
fn steps_name_what_changes_and_nothing_else() {
    let shown = |operations: Value| -> Vec<String> {
        let edits = steps(&ResourceType::group(), &operations, STRICT).unwrap();
        edits
            .steps
            .iter()
            .map(|edit| match edit {
                Edit::Set { slot, value } => format!("set {slot} {value}"),
                Edit::Clear { slot } => format!("clear {slot}"),
                Edit::Add { slot, items } => format!("add {slot} {}", json!(items)),
                Edit::Remove { slot, items } => format!("remove {slot} {}", json!(items)),
            })
            .collect()
    };
    for (operations, expected) in [
        (
            json!([{ "op": "add", "path": "members", "value": [{ "$ref": null, "value": "1" }] }]),
            vec![r#"add members [{"value":"1"}]"#],
        ),
        (json!([{ "op": "remove", "path": "members[value eq \"1\"]" }]), vec![r#"remove members [{"value":"1"}]"#]),
        (
            json!([{ "op": "remove", "path": "members", "value": [{ "value": "1" }] }]),
            vec![r#"remove members [{"value":"1"}]"#],
        ),
        (json!([{ "op": "remove", "path": "members" }]), vec!["clear members"]),
        (json!([{ "op": "remove", "path": "members[display eq \"x\"]" }]), vec![r#"clear members[display eq "x"]"#]),
        (json!([{ "op": "replace", "path": "members", "value": [] }]), vec!["set members []"]),
        (json!([{ "op": "add", "path": "members", "value": [] }]), vec![]),
        (json!([{ "op": "replace", "path": "DisplayName", "value": "x" }]), vec![r#"set displayName "x""#]),
    ] {
        assert_eq!(shown(operations.clone()), expected, "{operations}");
    }
}

#[test]
fn a_complex_attribute_keeps_what_is_not_named() {
    let before = json!({ "name": { "givenName": "a", "familyName": "b" } });
    for op in ["add", "replace"] {
        let operations = json!([{ "op": op, "path": "name", "value": { "givenName": "c", "foo": 1 } }]);
        let after = json!({ "name": { "givenName": "c", "familyName": "b" } });
        assert_eq!(patched(&user(), &before, &operations, STRICT), Ok(after), "{op}");
    }
}

#[test]
fn an_element_that_a_selector_picks_is_replaced_whole_and_added_to_in_part() {
    let before = json!({ "addresses": [{ "type": "work", "locality": "X", "region": "R" }, { "type": "home" }] });
    for (op, first) in [
        ("replace", json!({ "locality": "Y", "type": "work" })),
        ("add", json!({ "type": "work", "locality": "Y", "region": "R" })),
    ] {
        let operations = json!([{ "op": op, "path": "addresses[type eq \"work\"]", "value": { "locality": "Y" } }]);
        let after = json!({ "addresses": [first, { "type": "home" }] });
        assert_eq!(patched(&user(), &before, &operations, STRICT), Ok(after), "{op}");
    }
}

#[test]
fn one_value_stays_primary() {
    let before = json!({ "emails": [{ "value": "a", "primary": true }, { "value": "b", "type": "work" }] });
    for operations in [
        json!([{ "op": "replace", "path": "emails[type eq \"work\"].primary", "value": true }]),
        json!([{ "op": "add", "path": "emails", "value": [{ "value": "b", "type": "work", "primary": true }] }]),
        json!([{ "op": "replace", "path": "emails[value eq \"b\"]", "value": { "value": "b", "type": "work", "primary": true } }]),
    ] {
        let after = json!({ "emails": [{ "value": "a", "primary": false }, { "value": "b", "type": "work", "primary": true }] });
        assert_eq!(patched(&user(), &before, &operations, STRICT), Ok(after), "{operations}");
    }
}

#[test]
fn what_a_resource_type_does_not_have_is_ignored_and_listed() {
    let mut small = user();
    small.schema.attributes.retain(|attribute| ["userName", "name", "emails"].contains(&attribute.name.as_str()));
    small.extensions.clear();
    if let Some(name) = small.schema.attributes.iter_mut().find(|attribute| attribute.name == "name") {
        name.sub_attributes.retain(|sub| sub.name == "givenName");
    }
    let operations = json!([
        { "op": "replace", "path": "nickName", "value": "n" },
        { "op": "replace", "path": "name.middleName", "value": "n" },
        { "op": "replace", "path": "addresses[type eq \"work\"].country", "value": "n" },
        { "op": "replace", "path": format!("{ENTERPRISE}:department"), "value": "n" },
        { "op": "add", "path": "schemas", "value": ["urn:x"] },
        { "op": "replace", "value": { "id": "1", "schemas": [], "nonsense": 1, "title": "t", "name.givenName": "g", "1x": 2 } },
    ]);
    let edits = steps(&small, &operations, LENIENT).unwrap();
    assert_eq!(edits.steps.len(), 1);
    assert_eq!(
        edits.ignored,
        [
            "nickName",
            "name.middleName",
            "addresses[type eq \"work\"].country",
            &format!("{ENTERPRISE}:department"),
            "schemas",
            "1x",
            "id",
            "nonsense",
            "title"
        ]
    );
}

#[test]
fn values_have_their_schemas_shape() {
    let before = json!({ "active": true });
    for operation in [
        json!({ "op": "replace", "path": "active", "value": "False" }),
        json!({ "op": "replace", "path": "emails", "value": { "value": "a" } }),
        json!({ "op": "add", "path": "roles", "value": ["a"] }),
        json!({ "op": "replace", "path": format!("{ENTERPRISE}:manager"), "value": "42" }),
        json!({ "op": "replace", "path": format!("{ENTERPRISE}:manager"), "value": [{ "value": "42" }] }),
    ] {
        let error = patched(&user(), &before, &json!([operation]), LENIENT).unwrap_err();
        assert_eq!(error.scim_type.map(|kind| kind.as_str()), Some("invalidValue"), "{operation}");
    }
    let one = json!([{ "op": "add", "path": "emails", "value": { "value": "a" } }]);
    let after = json!({ "active": true, "emails": [{ "value": "a" }] });
    assert_eq!(patched(&user(), &before, &one, STRICT), Ok(after), "one value is added without an array");
}

#[test]
fn an_added_part_may_contradict_the_filter_that_picked_the_element() {
    let before = json!({ "emails": [{ "value": "a", "type": "work" }] });
    let add = |value: serde_json::Value| json!([{ "op": "add", "path": "emails[type eq \"work\"]", "value": value }]);
    for (value, after) in [
        (json!({ "type": "home", "value": "b" }), json!([{ "value": "b", "type": "home" }])),
        (json!({ "value": "b", "type": "work" }), json!([{ "value": "b", "type": "work" }])),
    ] {
        assert_eq!(patched(&user(), &before, &add(value), STRICT), Ok(json!({ "emails": after })));
    }
    let both = json!([{ "op": "add", "path": "emails[type eq \"work\" and value eq \"a\"]",
        "value": { "type": "home", "value": "b" } }]);
    assert_eq!(patched(&user(), &before, &both, STRICT).unwrap_err().status, 400);
}
