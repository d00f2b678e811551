//! PATCH requests that are refused, and what immutable attributes accept.

use crate::fixture::{APP, ENTERPRISE, STRICT, object, patched, steps, user};
use scim_protocol::{PatchRequest, ScimType};
use serde_json::{Value, json};

#[test]
fn bad_operations_are_refused_by_number_and_kind() {
    use ScimType::{InvalidFilter, InvalidPath, InvalidValue, Mutability, NoTarget};
    for (operation, kind) in [
        (json!({ "op": "remove" }), NoTarget),
        (json!({ "op": "remove", "path": "id" }), Mutability),
        (json!({ "op": "replace", "path": "id", "value": "1" }), Mutability),
        (json!({ "op": "replace", "path": "groups", "value": [] }), Mutability),
        (json!({ "op": "replace", "path": "meta.created", "value": "x" }), Mutability),
        (json!({ "op": "replace", "path": format!("{ENTERPRISE}:manager.displayName"), "value": "x" }), Mutability),
        (json!({ "op": "remove", "path": "userName" }), Mutability),
        (json!({ "op": "replace", "path": "userName", "value": null }), Mutability),
        (json!({ "op": "replace", "path": "userName", "value": "" }), InvalidValue),
        (json!({ "op": "replace", "path": "nonsense", "value": "x" }), InvalidPath),
        (json!({ "op": "replace", "path": "name.nonsense", "value": "x" }), InvalidPath),
        (json!({ "op": "replace", "path": "urn:nobody:x", "value": "x" }), InvalidPath),
        (json!({ "op": "replace", "path": "userName[value eq \"x\"]", "value": "x" }), InvalidPath),
        (json!({ "op": "replace", "path": "emails[type eq work].value", "value": "x" }), InvalidFilter),
        (json!({ "op": "replace", "path": "emails[type eq \"work\"]value", "value": "x" }), InvalidPath),
        (json!({ "op": "replace", "path": "active", "value": "yes" }), InvalidValue),
        (json!({ "op": "replace", "path": "userName", "value": 5 }), InvalidValue),
        (json!({ "op": "replace", "path": "name", "value": "x" }), InvalidValue),
        (json!({ "op": "replace", "path": "emails", "value": [{ "value": 1 }] }), InvalidValue),
        (
            json!({ "op": "add", "path": "emails", "value": [{ "value": "a", "primary": true }, { "value": "b", "primary": true }] }),
            InvalidValue,
        ),
        (json!({ "op": "replace", "path": format!("{APP}:seats"), "value": 1.5 }), InvalidValue),
        (json!({ "op": "replace", "path": format!("{APP}:startDate"), "value": "soon" }), InvalidValue),
        (json!({ "op": "replace", "path": "title" }), InvalidValue),
        (json!({ "op": "replace", "value": "x" }), InvalidValue),
        (json!({ "op": "replace", "path": "emails[type eq \"none\"].value", "value": "x" }), NoTarget),
        (json!({ "op": "remove", "path": "emails[type eq \"none\"]" }), NoTarget),
    ] {
        let before = json!({ "userName": "u", "emails": [{ "value": "a", "type": "work" }] });
        let operations = json!([{ "op": "add", "path": "title", "value": "t" }, operation]);
        let error = patched(&user(), &before, &operations, STRICT).expect_err(&operation.to_string());
        assert_eq!((u16::from(error.status), error.scim_type), (400, Some(kind)), "{operation}: {error}");
        if kind != NoTarget {
            assert!(error.detail.starts_with("operation 2: "), "{operation}: {error}");
        }
    }
}

#[test]
fn a_failed_patch_changes_nothing() {
    let before = json!({ "userName": "u", "name": { "givenName": "g" }, "emails": [{ "value": "a", "type": "work" }], (APP): { "loginName": "l" } });
    for last in [
        json!({ "op": "replace", "path": "emails[type eq \"none\"].value", "value": "x" }),
        json!({ "op": "replace", "path": format!("{APP}:loginName"), "value": "other" }),
        json!({ "op": "remove", "path": format!("{APP}:loginName") }),
    ] {
        let operations = json!([
            { "op": "add", "path": "title", "value": "t" },
            { "op": "remove", "path": "name" },
            { "op": "add", "path": "emails", "value": [{ "value": "b" }] },
            { "op": "replace", "path": format!("{APP}:ssoName"), "value": "s" },
            last,
        ]);
        let mut resource = object(before.clone());
        let edits = steps(&user(), &operations, STRICT).unwrap();
        assert!(scim_protocol::apply(&user(), &mut resource, &edits).is_err(), "{last}");
        assert_eq!(Value::Object(resource), before, "{last}");
    }
}

#[test]
fn an_immutable_attribute_takes_a_first_value_and_the_same_again() {
    let path = format!("{APP}:loginName");
    let set = |value: &str| json!([{ "op": "replace", "path": path, "value": value }]);
    let named = json!({ (APP): { "loginName": "Ann" } });
    assert_eq!(patched(&user(), &json!({}), &set("Ann"), STRICT), Ok(named.clone()));
    assert_eq!(patched(&user(), &named, &set("ANN"), STRICT), Ok(named.clone()));
    assert_eq!(patched(&user(), &named, &set("Bob"), STRICT).unwrap_err().scim_type, Some(ScimType::Mutability));
}

#[test]
fn messages_are_read_in_any_case_and_refused_with_what_is_wrong() {
    let operations = json!([{ "OP": "REPLACE", "Path": "active", "Value": true }]);
    let urn = scim_protocol::urn::PATCH_OP;
    for body in [json!({ "operations": operations }), json!({ "schemas": [urn], "Operations": operations })] {
        assert_eq!(PatchRequest::parse(body.clone()).map(|operations| operations.len()), Ok(1), "{body}");
    }
    for (body, kind) in [
        (json!([]), ScimType::InvalidSyntax),
        (json!({}), ScimType::InvalidSyntax),
        (json!({ "Operations": [] }), ScimType::InvalidSyntax),
        (json!({ "Operations": {} }), ScimType::InvalidSyntax),
        (json!({ "Operations": [1] }), ScimType::InvalidSyntax),
        (json!({ "Operations": [{ "op": "move", "value": 1 }] }), ScimType::InvalidSyntax),
        (json!({ "schemas": ["urn:x"], "Operations": operations }), ScimType::InvalidSyntax),
        (json!({ "Operations": [{ "op": "add", "path": "x" }] }), ScimType::InvalidValue),
        (json!({ "Operations": [{ "op": "add", "path": 1, "value": 1 }] }), ScimType::InvalidPath),
    ] {
        assert_eq!(PatchRequest::parse(body.clone()).unwrap_err().scim_type, Some(kind), "{body}");
    }
    let many = json!({ "Operations": vec![json!({ "op": "remove", "path": "title" }); 1001] });
    assert_eq!(PatchRequest::parse(many).unwrap_err().status, 413);
}
