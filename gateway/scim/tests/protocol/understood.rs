//! What was not understood is refused: it is never an empty value, never another resource, and never ignored without a word.

use crate::fixture::{APP, ENTERPRISE, LENIENT, STRICT, object, patched, steps, user};
use scim_protocol::{Direction, Error, Mutability, ResourceType, ScimType, check, strip_read_only, urn};
use serde_json::{Value, json};

/// A group whose members are users, as the connectors have it.
fn group() -> ResourceType {
    let mut group = ResourceType::group();
    let members = group.schema.attributes.iter_mut().find(|attribute| attribute.name == "members").unwrap();
    for sub in &mut members.sub_attributes {
        sub.reference_types.retain(|kind| kind == "User");
        if ["$ref", "display"].contains(&sub.name.as_str()) {
            sub.mutability = Mutability::ReadOnly;
        }
    }
    group
}

/// The body of a POST or PUT as the gateway reads it.
fn whole(resource_type: &ResourceType, body: &Value) -> Result<Value, Error> {
    let mut resource = resource_type.normalize(object(body.clone()))?.resource;
    strip_read_only(resource_type, &mut resource);
    check(resource_type, &resource, Direction::Replace)?;
    Ok(Value::Object(resource))
}

/// The same value in every request that can carry it, each with its result.
fn everywhere(resource_type: &ResourceType, attribute: &str, value: &Value) -> Vec<(Value, Result<Value, Error>)> {
    let required = json!({ "userName": "u", "displayName": "G" });
    let before = json!({
        "userName": "u", "displayName": "G", "emails": [{ "value": "kept", "type": "work" }],
        "members": [{ "value": "kept" }], (ENTERPRISE): { "manager": { "value": "kept" } },
    });
    let (urn, name) = attribute.rsplit_once(':').map_or((None, attribute), |(urn, name)| (Some(urn), name));
    let nested = match urn {
        Some(urn) => json!({ (urn): { (name): value } }),
        None => json!({ (name): value }),
    };
    let mut found = Vec::new();
    for op in ["add", "replace"] {
        for operation in [json!({ "op": op, "path": attribute, "value": value }), json!({ "op": op, "value": nested })]
        {
            let result = patched(resource_type, &before, &json!([operation]), LENIENT);
            found.push((operation, result));
        }
    }
    let mut body = object(required);
    body.extend(object(nested));
    let body = Value::Object(body);
    let result = whole(resource_type, &body);
    found.push((body, result));
    found
}

#[test]
fn an_item_to_remove_with_a_part_that_is_unknown_is_refused() {
    let before = json!({ "userName": "u", "addresses": [{ "locality": "a", "region": "b", "type": "work" }] });
    let remove = |item: Value| json!([{ "op": "remove", "path": "addresses", "value": [item] }]);
    let whole = json!({ "locality": "a", "region": "b", "TYPE": "work", "formatted": null });
    assert_eq!(patched(&user(), &before, &remove(whole), STRICT), Ok(json!({ "userName": "u" })));
    let garbled = remove(json!({ "id": "a", "region": "b", "type": "work" }));
    let error = patched(&user(), &before, &garbled, STRICT).unwrap_err();
    assert_eq!(error.scim_type, Some(ScimType::InvalidValue));
    assert!(error.detail.contains("'id'"), "{error}");
    // What has a `value` is told by it.
    let before = json!({ "userName": "u", "roles": [{ "value": "a" }] });
    let listed = json!([{ "op": "remove", "path": "roles", "value": [{ "value": "a", "id": "7" }] }]);
    assert_eq!(patched(&user(), &before, &listed, STRICT), Ok(json!({ "userName": "u" })));
}

#[test]
fn what_is_not_understood_is_refused_and_never_empty() {
    let manager = format!("{ENTERPRISE}:manager");
    for (resource_type, attribute, value) in [
        (group(), "members", json!([{ "userId": "U" }])),
        (group(), "members", json!([{ "id": "U" }])),
        (group(), "members", json!({ "members": [{ "value": "U" }] })),
        (group(), "members", json!({})),
        (group(), "members", json!([{}])),
        (group(), "members", json!([null])),
        (group(), "members", json!([{ "value": null }])),
        (group(), "members", json!([{ "value": "" }])),
        (group(), "members", json!([{ "value": "1" }, { "id": "U" }])),
        (group(), "members", json!([{ "type": "User", "userId": "U" }])),
        (group(), "members", json!([{ "display": "Ada" }])),
        (group(), "members", json!([{ "$ref": "https://scim.example/Users/U" }])),
        (group(), "members", json!([[{ "value": "U" }]])),
        (user(), "emails", json!([{ "mail": "a@b.example" }])),
        (user(), "emails", json!([{ "type": "work", "mail": "a@b.example" }])),
        (user(), "emails", json!([{ "type": "work", "primary": true, "mail": "a@b.example", "value": null }])),
        (user(), "emails", json!([{ "value": "kept", "type": "work" }, { "address": "a@b.example" }])),
        (user(), "emails", json!("notalist")),
        (user(), "phoneNumbers", json!([{ "number": "1" }])),
        (user(), "roles", json!([{ "name": "admin" }])),
        (user(), "addresses", json!([{ "type": "work", "city": "Berlin" }])),
        (user(), "ims", json!([{ "handle": "a" }])),
        (user(), "photos", json!([{ "url": "https://x.example" }])),
        (user(), "entitlements", json!([{ "name": "a" }])),
        (user(), "x509Certificates", json!([{ "pem": "a" }])),
        (user(), "name", json!({ "first": "Ada" })),
        (user(), "name", json!([{ "givenName": "Ada" }])),
        (user(), "name", json!([null])),
        (user(), &manager, json!({ "managerId": "42" })),
        (user(), &manager, json!({ "displayName": "Ada", "id": "42" })),
        (user(), &format!("{APP}:tags"), json!([null])),
    ] {
        for (request, result) in everywhere(&resource_type, attribute, &value) {
            let error = result.expect_err(&request.to_string());
            assert_eq!((u16::from(error.status), error.scim_type), (400, Some(ScimType::InvalidValue)), "{request}");
            assert!(error.detail.contains(attribute), "{request}: {error}");
        }
    }
    for value in
        [json!([{ "id": "U" }]), json!({ "members": [{ "value": "U" }] }), json!({}), json!([null]), json!("U")]
    {
        let operation = json!([{ "op": "remove", "path": "members", "value": value }]);
        let error = steps(&group(), &operation, LENIENT).expect_err(&operation.to_string());
        assert!(error.scim_type == Some(ScimType::InvalidValue) && error.detail.contains("members"), "{error}");
    }
}

#[test]
fn an_error_names_what_was_not_understood_and_what_would_be() {
    let error = steps(&group(), &json!([{ "op": "add", "path": "members", "value": [{ "userId": "U" }] }]), STRICT);
    let detail = "operation 1: 'members' has no sub-attribute 'userId', and nothing else in the value says what it is; \
                  it has value, $ref, type, display";
    assert_eq!(error.unwrap_err().detail, detail);
}

#[test]
fn what_is_empty_stays_empty_and_what_is_unknown_beside_a_value_is_listed() {
    let email = json!({ "value": "a@b.example" });
    for (value, after) in [
        (json!([email, null, {}, { "value": null, "type": null }]), json!([email])),
        (json!([{ "value": "a@b.example", "label": "x" }]), json!([email])),
        (json!([]), json!([])),
        (Value::Null, json!([])),
    ] {
        let body = json!({ "userName": "u", "emails": value });
        assert_eq!(whole(&user(), &body), Ok(json!({ "userName": "u", "emails": after })), "{body}");
    }
    let body = json!({ "userName": "u", "emails": [{ "value": "a", "label": "x" }], "nonsense": [{ "a": 1 }],
        "urn:x": { "a": 1 }, (ENTERPRISE): { "nonsense": 1 } });
    let ignored = user().normalize(object(body)).unwrap().ignored;
    let mut ignored: Vec<&str> = ignored.iter().map(String::as_str).collect();
    ignored.sort_unstable();
    assert_eq!(ignored, ["emails.label", "nonsense", &format!("{ENTERPRISE}:nonsense"), "urn:x"]);
}

#[test]
fn null_is_an_empty_list() {
    for members in [Value::Null, json!([])] {
        let body = json!({ "displayName": "G", "members": members });
        assert_eq!(whole(&group(), &body), Ok(json!({ "displayName": "G", "members": [] })));
    }
    assert_eq!(whole(&group(), &json!({ "displayName": "G" })), Ok(json!({ "displayName": "G" })));
    let tags = json!({ "userName": "u", (APP): { "ssoName": "s", "tags": null } });
    let after = json!({ "userName": "u", (APP): { "ssoName": "s", "tags": [] } });
    assert_eq!(whole(&user(), &tags), Ok(after));
}

#[test]
fn an_empty_array_or_null_in_place_of_an_object_removes_it() {
    let before = json!({ "userName": "u", "name": { "givenName": "g" }, "emails": [{ "value": "a", "type": "work" }] });
    for value in [Value::Null, json!([]), json!({ "givenName": null })] {
        let operations = json!([{ "op": "replace", "path": "name", "value": value }]);
        let after = json!({ "userName": "u", "emails": [{ "value": "a", "type": "work" }] });
        assert_eq!(patched(&user(), &before, &operations, STRICT), Ok(after), "{operations}");
    }
    let operations = json!([{ "op": "replace", "path": "emails[type eq \"work\"]", "value": { "value": null } }]);
    let after = json!({ "userName": "u", "name": { "givenName": "g" } });
    assert_eq!(patched(&user(), &before, &operations, STRICT), Ok(after), "null is no value of a picked element, too");
}

#[test]
fn read_only_attributes_are_ignored_whatever_is_in_them() {
    let body = json!({ "userName": "u", "meta": { "nonsense": 1 }, "groups": [{ "id": "1" }, null], "id": "7" });
    assert_eq!(whole(&user(), &body), Ok(json!({ "userName": "u" })));
    let operations = json!([{ "op": "replace", "value": { "groups": [{ "id": "1" }], "title": "t" } }]);
    assert_eq!(patched(&user(), &json!({}), &operations, STRICT), Ok(json!({ "title": "t" })));
}

#[test]
fn what_the_rfc_defines_and_the_app_does_not_support_is_ignored_and_deletes_nothing() {
    let mut small = user();
    for attribute in &mut small.schema.attributes {
        match attribute.name.as_str() {
            "addresses" => attribute.sub_attributes.retain(|sub| ["locality", "type"].contains(&sub.name.as_str())),
            "name" => attribute.sub_attributes.retain(|sub| sub.name == "givenName"),
            _ => {}
        }
    }
    let before = json!({ "userName": "u", "addresses": [{ "locality": "Berlin" }], "name": { "givenName": "g" } });
    for (path, value) in [("addresses", json!([{ "formatted": "Berlin" }])), ("name", json!({ "formatted": "A B" }))] {
        for operation in [
            json!({ "op": "replace", "path": path, "value": value }),
            json!({ "op": "replace", "value": { (path): value } }),
        ] {
            let edits = steps(&small, &json!([operation]), STRICT).unwrap();
            assert_eq!((edits.steps.len(), edits.ignored), (0, vec![format!("{path}.formatted")]), "{operation}");
            assert_eq!(patched(&small, &before, &json!([operation]), STRICT), Ok(before.clone()), "{operation}");
        }
        let normalized = small.normalize(object(json!({ "userName": "u", (path): value }))).unwrap();
        assert_eq!(Value::Object(normalized.resource), json!({ "userName": "u" }));
        assert_eq!(normalized.ignored, [format!("{path}.formatted")]);
    }
}

#[test]
fn core_attributes_may_be_nested_under_the_core_urn() {
    let operations = json!([{ "op": "replace", "value": { (urn::USER.to_uppercase()): {
        "active": false, "NAME": { "givenName": "g" }, "emails": [{ "value": "a" }], "id": "1", "nonsense": 1,
    } } }]);
    let after = json!({ "active": false, "name": { "givenName": "g" }, "emails": [{ "value": "a" }] });
    assert_eq!(patched(&user(), &json!({ "active": true }), &operations, STRICT), Ok(after));
    assert_eq!(steps(&user(), &operations, STRICT).unwrap().ignored, ["id", "nonsense"]);
    let body = json!({ (urn::USER): { "USERNAME": "u", "title": "t" }, "active": true });
    assert_eq!(whole(&user(), &body), Ok(json!({ "userName": "u", "title": "t", "active": true })));
    let inner = json!([{ "op": "replace", "value": { (urn::GROUP): { "members": [{ "userId": "U" }] } } }]);
    assert!(steps(&group(), &inner, STRICT).is_err());
    let operations = json!([{ "op": "replace", "value": { (urn::USER): [] } }]);
    assert_eq!(steps(&user(), &operations, STRICT).unwrap_err().scim_type, Some(ScimType::InvalidValue));
    assert!(whole(&user(), &json!({ "userName": "u", (urn::USER): "x" })).is_err());
}

#[test]
fn only_an_element_of_a_described_kind_is_created() {
    let group_before = json!({ "displayName": "G", "members": [{ "value": "A" }] });
    let user_before = json!({ "userName": "u", "emails": [{ "value": "a", "type": "work" }] });
    for (resource_type, before, operation) in [
        (
            group(),
            &group_before,
            json!({ "op": "replace", "path": "members[value eq \"B\"]", "value": { "value": "C" } }),
        ),
        (group(), &group_before, json!({ "op": "add", "path": "members[value eq \"B\"]", "value": { "value": "C" } })),
        (
            group(),
            &group_before,
            json!({ "op": "replace", "path": "members[display eq \"Nobody\"].value", "value": "C" }),
        ),
        (
            group(),
            &group_before,
            json!({ "op": "replace", "path": "members[value eq \"B\" and type eq \"User\"]", "value": { "value": "C" } }),
        ),
        (group(), &group_before, json!({ "op": "remove", "path": "members[display eq \"Nobody\"]" })),
        (user(), &user_before, json!({ "op": "replace", "path": "emails[value eq \"b\"].type", "value": "home" })),
        (user(), &user_before, json!({ "op": "add", "path": "emails[type sw \"h\"].value", "value": "b" })),
    ] {
        for leniency in [LENIENT, STRICT] {
            assert!(steps(&resource_type, &json!([operation]), leniency).unwrap().needs_target(), "{operation}");
            let error = patched(&resource_type, before, &json!([operation]), leniency).unwrap_err();
            assert_eq!(error.scim_type, Some(ScimType::NoTarget), "{operation}: {error}");
        }
    }
    let replaced = json!([{ "op": "replace", "path": "members[value eq \"A\"]", "value": { "value": "C" } }]);
    let after = json!({ "displayName": "G", "members": [{ "value": "C" }] });
    assert_eq!(patched(&group(), &group_before, &replaced, STRICT), Ok(after), "a member may be exchanged");
    for path in [
        "emails[type eq \"home\"].value",
        "emails[primary eq true].value",
        "emails[type eq \"home\" and primary eq true].value",
    ] {
        let operations = json!([{ "op": "replace", "path": path, "value": "b" }]);
        assert!(!steps(&user(), &operations, LENIENT).unwrap().needs_target(), "{path}");
        assert!(steps(&user(), &operations, STRICT).unwrap().needs_target(), "{path}");
        let after = patched(&user(), &user_before, &operations, LENIENT).unwrap();
        assert_eq!(after["emails"].as_array().map(Vec::len), Some(2), "{path}");
    }
}

#[test]
fn a_path_of_another_type_of_resource_is_refused() {
    let mut small = user();
    small.schema.attributes.retain(|attribute| attribute.name == "userName");
    for (resource_type, path, kind) in [
        (group(), "userName".to_owned(), ScimType::InvalidPath),
        (group(), "active".to_owned(), ScimType::InvalidPath),
        (group(), "name.givenName".to_owned(), ScimType::InvalidPath),
        (group(), "emails[bogus eq \"x\"].value".to_owned(), ScimType::InvalidPath),
        (group(), "emails[type eq \"work\"].value".to_owned(), ScimType::InvalidPath),
        (group(), format!("{}:userName", urn::USER), ScimType::InvalidPath),
        (group(), format!("{ENTERPRISE}:department"), ScimType::InvalidPath),
        (user(), "members".to_owned(), ScimType::InvalidPath),
        (user(), "members[value eq \"1\"]".to_owned(), ScimType::InvalidPath),
        (user(), format!("{}:members", urn::GROUP), ScimType::InvalidPath),
        (small.clone(), "members".to_owned(), ScimType::InvalidPath),
        (small.clone(), "nickName[type eq \"x\"]".to_owned(), ScimType::InvalidPath),
        (small.clone(), "emails[bogus eq \"x\"].value".to_owned(), ScimType::InvalidFilter),
        (small.clone(), "emails[type eq \"work\"].bogus".to_owned(), ScimType::InvalidPath),
    ] {
        for op in ["add", "replace", "remove"] {
            let operations = json!([{ "op": op, "path": path, "value": "x" }]);
            let error = steps(&resource_type, &operations, LENIENT).expect_err(&operations.to_string());
            assert_eq!(error.scim_type, Some(kind), "{operations}: {error}");
        }
    }
    for path in ["nickName", "emails[type eq \"work\"].value", "name.givenName", "addresses"] {
        let operations = json!([{ "op": "replace", "path": path, "value": "x" }]);
        let edits = steps(&small, &operations, LENIENT).unwrap();
        assert_eq!((edits.steps.len(), edits.ignored), (0, vec![path.to_owned()]), "{path}");
    }
}

#[test]
fn a_member_of_a_type_that_cannot_be_one_is_refused() {
    for member in [
        json!({ "value": "U", "type": "Group" }),
        json!({ "value": "U", "type": "group" }),
        json!({ "value": "U", "type": "Device" }),
        json!({ "value": "U", "$ref": "https://scim.example/x/scim/v2/Groups/U" }),
        json!({ "value": "U", "$ref": "../Groups/U" }),
    ] {
        for (request, result) in everywhere(&group(), "members", &json!([{ "value": "V" }, member])) {
            let error = result.expect_err(&request.to_string());
            assert_eq!(error.scim_type, Some(ScimType::InvalidValue), "{request}");
            assert!(error.detail.contains("members.") && error.detail.contains("only User"), "{error}");
        }
        let removal = json!([{ "op": "remove", "path": "members", "value": [member] }]);
        assert!(steps(&group(), &removal, STRICT).is_err(), "{removal}");
    }
    for member in [
        json!({ "value": "U", "type": "User" }),
        json!({ "value": "U", "type": "user" }),
        json!({ "value": "U", "type": null }),
        json!({ "value": "U", "type": "", "$ref": "https://scim.example/Users/U" }),
        json!({ "value": "U", "$ref": "" }),
    ] {
        for (request, result) in everywhere(&group(), "members", &json!([member])) {
            assert!(result.is_ok(), "{request}: {result:?}");
        }
    }
    let nested = json!([{ "value": "U", "type": "Group" }]);
    for (request, result) in everywhere(&ResourceType::group(), "members", &nested) {
        assert!(result.is_ok(), "where groups may be members: {request}: {result:?}");
    }
}
