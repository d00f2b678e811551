//! A resource on its way in and out: normalisation, checks, slots, projection.

use crate::fixture::{APP, ENTERPRISE, object, user};
use scim_protocol::MAX_LISTED;
use scim_protocol::{Direction, Projection, ResourceType, ScimType, check, strip_read_only};
use serde_json::{Value, json};

#[test]
fn an_entra_post_is_understood() {
    let normalized = user().normalize(object(json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:IETF:params:scim:schemas:extension:enterprise:2.0:User", "urn:other"],
        "USERNAME": "alice", "active": true, "emails": [{ "Primary": true, "value": "a@b", "label": "x" }, null, {}],
        "roles": [], "phoneNumbers": null, "name": { "givenName": null }, "meta": { "resourceType": "User" }, "groups": [],
        "URN:ietf:params:scim:schemas:extension:enterprise:2.0:user": { "MANAGER": { "$ref": null, "value": "1" }, "foo": 1 },
        (APP): { "ssoName": "s", "computed": "c" },
        "http://schemas.microsoft.com/x": { "a": 1 }, "nonsense": 1,
    }))).unwrap();
    let mut resource = normalized.resource;
    assert_eq!(
        normalized.ignored,
        [
            format!("{ENTERPRISE}:foo").as_str(),
            "emails.label",
            "http://schemas.microsoft.com/x",
            "nonsense",
            "urn:other"
        ]
    );
    assert_eq!(strip_read_only(&user(), &mut resource), ["groups", "meta", &format!("{APP}:computed")]);
    assert_eq!(check(&user(), &resource, Direction::Create), Ok(()));
    assert_eq!(
        Value::Object(resource),
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
            "userName": "alice", "active": true, "emails": [{ "primary": true, "value": "a@b" }], "roles": [], "phoneNumbers": [],
            (ENTERPRISE): { "manager": { "value": "1" } }, (APP): { "ssoName": "s" },
        })
    );
}

#[test]
fn a_body_of_unknown_names_is_not_repeated_to_the_operator() {
    let nonsense = (0..50_000).map(|n| (format!("nonsense{n}"), Value::from(n))).collect();
    let normalized = user().normalize(nonsense).unwrap();
    assert_eq!((normalized.resource.len(), normalized.ignored.len()), (0, MAX_LISTED));
}

#[test]
fn resources_that_do_not_fit_are_refused_with_what_would_be_right() {
    let app = json!({ "ssoName": "s" });
    for (resource, detail) in [
        (json!({ (APP): app }), "'userName' is required"),
        (json!({ "userName": "", (APP): app }), "'userName' is required and must not be empty or blank"),
        (json!({ "userName": " \u{a0}\t", (APP): app }), "'userName' is required and must not be empty or blank"),
        (json!({ "userName": 5, (APP): app }), "'userName' must be a string, not a number"),
        (json!({ "userName": "u" }), &format!("'{APP}' is required")),
        (json!({ "userName": "u", (APP): {} }), &format!("'{APP}:ssoName' is required")),
        (json!({ "userName": "u", (APP): "x" }), &format!("'{APP}' must be a JSON object")),
        (json!({ "userName": "u", (APP): app, "active": "yes" }), "'active' must be true or false, not this string"),
        (json!({ "userName": "u", (APP): app, "name": [] }), "'name' must be a JSON object, not an array"),
        (json!({ "userName": "u", (APP): app, "emails": "x" }), "'emails' must be an array, not this string"),
        (
            json!({ "userName": "u", (APP): app, "emails": [{ "value": {} }] }),
            "'emails.value' must be a string, not an object",
        ),
        (
            json!({ "userName": "u", (APP): app, "emails": [{ "primary": true }, { "primary": true }] }),
            "'emails' may have only one primary value, not 2",
        ),
        (
            json!({ "userName": "u", (APP): { "ssoName": "s", "seats": 1.5 } }),
            &format!("'{APP}:seats' must be a whole number, not a number"),
        ),
        (
            json!({ "userName": "u", (APP): { "ssoName": "s", "startDate": "2021" } }),
            &format!("'{APP}:startDate' must be a dateTime such as \"2011-05-13T04:42:34Z\", not this string"),
        ),
        (
            json!({ "userName": "u", (APP): app, "x509Certificates": [{ "value": "ä" }] }),
            "'x509Certificates.value' must be a base64 string, not this string",
        ),
    ] {
        let error = check(&user(), &object(resource.clone()), Direction::Create).expect_err(&resource.to_string());
        assert_eq!((error.scim_type, error.detail.as_str()), (Some(ScimType::InvalidValue), detail), "{resource}");
    }
    assert!(
        check(&user(), &object(json!({ "userName": "u" })), Direction::Replace).is_ok(),
        "PUT without the extension"
    );
    assert!(
        check(&ResourceType::group(), &object(json!({ "members": [] })), Direction::Replace).is_err(),
        "erratum 5368"
    );
    let odd = json!({ "userName": "u", "emails": [{ "value": "x", "type": "canonical values are advice" }] });
    assert!(check(&user(), &object(odd), Direction::Replace).is_ok());
}

#[test]
fn slots_get_put_and_take() {
    for (slot, before, value, after) in [
        ("userName", json!({}), json!("u"), json!({ "userName": "u" })),
        ("NAME.givenname", json!({}), json!("g"), json!({ "name": { "givenName": "g" } })),
        (
            "emails[TYPE eq \"work\"].VALUE",
            json!({}),
            json!("w"),
            json!({ "emails": [{ "type": "work", "value": "w" }] }),
        ),
        (
            "emails[type eq \"work\"].value",
            json!({ "emails": [{ "type": "home", "value": "h" }] }),
            json!("w"),
            json!({ "emails": [{ "type": "home", "value": "h" }, { "type": "work", "value": "w" }] }),
        ),
        (
            "emails[type eq \"work\" and primary eq true]",
            json!({ "title": "t" }),
            json!({ "value": "w" }),
            json!({ "title": "t", "emails": [{ "value": "w", "type": "work", "primary": true }] }),
        ),
        ("members", json!({}), json!([]), json!({})),
        (
            &format!("{ENTERPRISE}:manager.value"),
            json!({}),
            json!("1"),
            json!({ (ENTERPRISE): { "manager": { "value": "1" } } }),
        ),
        ("emails.value", json!({}), json!("v"), json!({ "emails": [{ "value": "v" }] })),
    ] {
        let Ok(slot) = user().parse_slot(slot) else {
            assert_eq!(slot, "members", "a User has no members");
            continue;
        };
        let mut resource = object(before.clone());
        slot.put(&mut resource, value.clone());
        assert_eq!(Value::Object(resource.clone()), after, "{slot}");
        let found = slot.get(&resource).unwrap();
        assert!(
            found == &value || value.as_object().is_some_and(|v| v.iter().all(|(k, v)| found.get(k) == Some(v))),
            "{slot}"
        );
        assert!(slot.take(&mut resource).is_some(), "{slot}");
        assert_eq!(slot.get(&resource), None, "{slot}");
        assert_eq!(Value::Object(resource), before, "{slot}");
    }
}

#[test]
fn a_slot_writes_every_element_that_matches_and_gets_the_first() {
    let slot = user().parse_slot("emails[type eq \"work\"].value").unwrap();
    let mut resource =
        object(json!({ "emails": [{ "type": "work", "value": "1" }, { "type": "WORK", "value": "2" }, {}] }));
    assert_eq!(slot.get(&resource), Some(&json!("1")));
    assert_eq!(slot.get_all(&resource), [&json!("1"), &json!("2")]);
    slot.put(&mut resource, json!("3"));
    assert_eq!(slot.get_all(&resource), [&json!("3"), &json!("3")]);
    let whole = user().parse_slot("emails[type eq \"work\"]").unwrap();
    whole.put(&mut resource, json!({ "value": "4" }));
    assert_eq!(Value::Object(resource), json!({ "emails": [{ "value": "4", "type": "work" }, {}] }));
}

#[test]
fn slots_are_equal_when_their_texts_are() {
    let slot = |text: &str| user().parse_slot(text).unwrap();
    assert_eq!(slot("Emails[ TYPE  eq \"work\" ].Value"), slot("emails[type eq \"work\"].value"));
    assert_ne!(slot("emails[type eq \"home\"].value"), slot("emails[type eq \"work\"].value"));
    assert_eq!(slot("urn:ietf:params:scim:schemas:core:2.0:User:userName").to_string(), "userName");
}

#[test]
fn projections_answer_what_was_asked_for() {
    let resource = json!({
        "schemas": ["s"], "id": "1", "userName": "u", "title": "t", "password": "p",
        "name": { "givenName": "g", "familyName": "f" },
        "emails": [{ "value": "a", "type": "work" }, { "type": "home" }],
        (ENTERPRISE): { "department": "d", "manager": { "value": "1" } },
    });
    let minimal = |more: Value| {
        let mut all = object(json!({ "schemas": ["s"], "id": "1" }));
        all.extend(object(more));
        Value::Object(all)
    };
    let without = |names: &[&str]| {
        let mut all = object(resource.clone());
        all.retain(|name, _| name != "password" && !names.contains(&name.as_str()));
        Value::Object(all)
    };
    for (attributes, excluded, expected) in [
        (None, None, without(&[])),
        (Some(""), Some(" "), without(&[])),
        (Some("USERNAME"), None, minimal(json!({ "userName": "u" }))),
        (Some("nonsense,password"), None, minimal(json!({}))),
        (
            Some("name.givenName, emails.value"),
            None,
            minimal(json!({ "name": { "givenName": "g" }, "emails": [{ "value": "a" }] })),
        ),
        (Some(ENTERPRISE), None, minimal(json!({ (ENTERPRISE): { "department": "d", "manager": { "value": "1" } } }))),
        (
            Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"),
            None,
            minimal(json!({ (ENTERPRISE): { "department": "d" } })),
        ),
        (Some("urn:ietf:params:scim:schemas:core:2.0:User:title"), None, minimal(json!({ "title": "t" }))),
        (None, Some("id,schemas,emails,name"), without(&["emails", "name"])),
        (None, Some(ENTERPRISE), without(&[ENTERPRISE])),
    ] {
        let projection = Projection::parse(&user(), attributes, excluded).unwrap();
        let projected = projection.apply(&user(), object(resource.clone()));
        assert_eq!(Value::Object(projected), expected, "{attributes:?} {excluded:?}");
    }
    let partly = Projection::parse(&user(), None, Some("name.givenName")).unwrap().apply(&user(), object(resource));
    assert_eq!(partly.get("name"), Some(&json!({ "familyName": "f" })));
    assert!(Projection::parse(&user(), Some("id"), Some("title")).is_err());
}

#[test]
fn projections_say_what_need_not_be_read() {
    for (attributes, excluded, path, wanted) in [
        (None, None, "members", true),
        (None, Some("members"), "members", false),
        (None, Some("members"), "members.value", false),
        (None, Some("members.value"), "members", true),
        (None, Some("id"), "id", true),
        (Some("displayName"), None, "members", false),
        (Some("members.value"), None, "members", true),
        (Some("members.value"), None, "members.display", false),
        (Some("displayName"), None, "id", true),
    ] {
        let projection = Projection::parse(&ResourceType::group(), attributes, excluded).unwrap();
        assert_eq!(projection.wants(&path.parse().unwrap()), wanted, "{attributes:?} {excluded:?} {path}");
    }
}

#[test]
fn a_resource_type_is_read_from_a_descriptor_and_ignores_what_it_does_not_know() {
    let text = json!({
        "name": "Thing", "endpoint": "/Things", "filters": {}, "paging": {},
        "schema": { "id": "urn:thing", "attributes": [{ "name": "serial", "type": "integer" }] },
        "extensions": [{ "schema": { "id": "urn:thing:more", "attributes": [] } }],
    });
    let thing: scim_protocol::ResourceType = serde_json::from_value(text).unwrap();
    assert!(thing.parse_slot("serial").is_ok() && thing.parse_slot("externalId").is_ok());
    assert_eq!(thing.urns().collect::<Vec<_>>(), ["urn:thing", "urn:thing:more"]);
    assert_eq!(thing.parse_path("URN:thing:more:x").unwrap().schema.as_deref(), Some("urn:thing:more"));
}

#[test]
fn a_change_is_checked_and_what_was_there_before_is_not() {
    let kind = user();
    let before = object(json!({ "userName": "a", "emails": [{ "value": 7 }], "profileUrl": 1 }));
    for (attribute, value, fits) in [
        ("title", json!("t"), true),
        ("title", json!(1), false),
        ("emails", json!([{ "value": 7 }, { "value": "b" }]), true),
        ("emails", json!([{ "value": 7 }, { "value": 8 }]), false),
        ("profileUrl", json!(2), false),
    ] {
        let mut after = before.clone();
        after.insert(attribute.to_owned(), value.clone());
        assert_eq!(scim_protocol::check::check_changed(&kind, &before, &after).is_ok(), fits, "{attribute} {value}");
    }
    let mut after = before.clone();
    after.remove("userName");
    assert!(scim_protocol::check::check_changed(&kind, &before, &after).is_err());
}
