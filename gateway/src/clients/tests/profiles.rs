//! What no profile changes, and the errors of the exact one.

use super::*;
use crate::clients::Profile;
use scim_protocol::ScimType;

#[test]
fn exact_scim_is_the_same_to_every_profile() {
    for (resource_type, sent) in [
        (
            user(),
            Sent::Resource(
                json!({"schemas": [USER, ENTERPRISE], "userName": "a", "active": true, "nickname": "n", "groups": [], "id": "1",
            "emails": [{"value": "a@c.com", "primary": true}], (ENTERPRISE): {"manager": {"value": "1", "$ref": null}}}),
            ),
        ),
        (user(), Sent::Operation(json!({"op": "replace", "value": {"active": false, "name": {"givenName": "a"}}}))),
        (
            user(),
            Sent::Operation(
                json!({"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:userName", "value": "b"}),
            ),
        ),
        (ResourceType::group(), Sent::Operation(json!({"op": "remove", "path": "members[value eq \"1\"]"}))),
        (ResourceType::group(), Sent::Operation(json!({"op": "replace", "path": "members", "value": []}))),
        (user(), Sent::Filter("userName eq \"True\" and (active eq true or not (title pr))")),
    ] {
        let expected = match &sent {
            Sent::Resource(value) | Sent::Operation(value) | Sent::Patch(value) => value.clone(),
            Sent::Filter(text) => json!(text),
        };
        for profile in Profile::all() {
            let read_as = read(profile.client, &resource_type, sent.clone()).unwrap();
            assert_eq!(read_as, (expected.clone(), vec![]), "{}", profile.client);
        }
    }
}

#[test]
fn the_exact_profile_says_what_the_rfc_requires() {
    for (resource_type, sent, kind, part) in [
        (
            user(),
            Sent::Operation(json!({"op": "Replace", "path": "title", "value": "t"})),
            ScimType::InvalidSyntax,
            "operation 1: 'op' must be \"replace\"",
        ),
        (
            user(),
            Sent::Operation(json!({"op": "replace", "path": "active", "value": "False"})),
            ScimType::InvalidValue,
            "'active' must be true or false",
        ),
        (
            ResourceType::group(),
            Sent::Operation(json!({"op": "replace", "value": {"id": "1"}})),
            ScimType::Mutability,
            "'id' is read-only",
        ),
        (
            user(),
            Sent::Operation(json!({"op": "replace", "value": {"name.givenName": "a"}})),
            ScimType::InvalidPath,
            "nest the value",
        ),
        (
            ResourceType::group(),
            Sent::Operation(json!({"op": "remove", "path": "members", "value": []})),
            ScimType::InvalidValue,
            "members[value eq",
        ),
        (user(), Sent::Filter("active eq \"True\""), ScimType::InvalidFilter, "compared with true or false"),
        (user(), Sent::Resource(json!({"userName": "a"})), ScimType::InvalidValue, "'schemas' is required"),
    ] {
        let error = read(Client::Rfc, &resource_type, sent).unwrap_err();
        assert_eq!(error.scim_type, Some(kind), "{error:?}");
        assert!(error.detail.contains(part), "{error:?}");
    }
}

#[test]
fn what_is_not_scim_is_left_for_protocol_code() {
    for body in [
        json!(null),
        json!([]),
        json!({"schemas": 1}),
        json!({"schemas": [1]}),
        json!({"Operations": 1, "schemas": []}),
    ] {
        for profile in Profile::all() {
            let _ = read(profile.client, &user(), Sent::Patch(body.clone()));
            let _ = read(profile.client, &user(), Sent::Resource(body.clone()));
        }
    }
    for operation in [
        json!(1),
        json!({}),
        json!({"op": 1, "path": 2}),
        json!({"op": "add", "path": "a[", "value": {}}),
        json!({"op": "add", "path": "]["}),
    ] {
        assert_eq!(read(Client::Other, &user(), Sent::Operation(operation.clone())).unwrap().0, operation);
    }
}
