//! Valid descriptors, and the errors about invalid ones.

use super::*;
use serde_json::{Value, json};

fn descriptor() -> Value {
    json!({
        "contract": "0.1", "id": "samanage", "name": "Samanage", "version": "0.1.0",
        "base-url": { "regions": { "us": "https://api.samanage.com" }, "default-region": "us" },
        "auth": [{ "kind": "basic", "legacy": true }, { "kind": "header", "header": "X-Token", "scheme": "Bearer" }],
        "settings": { "depth": { "title": "Depth", "type": "integer", "default": 3 } },
        "resource-types": [{
            "name": "User", "endpoint": "/Users",
            "schema": { "id": "urn:ietf:params:scim:schemas:core:2.0:User", "attributes": [{ "name": "userName", "type": "string" }] },
            "filters": { "email": ["eq"] },
            "paging": { "kind": "page", "max-page-size": 100 },
            "incremental": ["members"], "deactivation": "removes", "memberships": "one-group-per-user"
        }],
        "mapping": { "resource-types": {} }
    })
}

#[test]
fn a_descriptor_is_parsed_with_its_defaults() {
    let descriptor = Descriptor::parse(&descriptor().to_string()).unwrap();
    assert_eq!(descriptor.default_auth().unwrap().header.as_deref(), Some("X-Token"));
    assert_eq!(descriptor.app, AppLimits { concurrency: 8, max_sends: 200 });
    let user = descriptor.resource_type("User").unwrap();
    assert_eq!(user.scim.endpoint, "/Users");
    assert_eq!(user.abilities.filters["email"], ["eq"]);
    assert_eq!(user.abilities.paging, Paging { kind: PagingKind::Page, max_page_size: 100 });
    assert_eq!(user.abilities.deactivation, Deactivation::Removes);
    assert_eq!(user.abilities.memberships, Memberships::OneGroupPerUser);
    assert!(descriptor.resource_type("Group").is_none());
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let cases = [
        ("/contract", json!("0.2"), "it uses contract 0.2, but this gateway uses 0.1"),
        ("/id", json!("Samanage!"), "at `/id`: \"Samanage!\" does not match"),
        (
            "/resource-types/0/paging/kind",
            json!("pages"),
            "at `/resource-types/0/paging/kind`: \"pages\" is not one of",
        ),
        (
            "/resource-types/0/filters/email",
            json!(["like"]),
            "at `/resource-types/0/filters/email/0`: \"like\" is not one of",
        ),
        ("/auth", json!([{ "kind": "basic", "legacy": true }]), "/auth: at least one method must not be legacy"),
        ("/auth", json!([{ "kind": "header" }]), "at `/auth/0`: \"header\" is a required property"),
        ("/base-url/default-region", json!("eu"), "/base-url/default-region: `eu` is not one of the regions"),
        (
            "/base-url",
            json!({ "template": "https://{org}.example" }),
            "/base-url/template: `{org}` is not a setting of type string",
        ),
        ("/settings/depth/default", json!("deep"), "at `/settings/depth/default`: \"deep\" is not of type \"integer\""),
        ("/mapping", json!([]), "at `/mapping`: [] is not of type \"object\""),
    ];
    for (place, value, said) in cases {
        let mut wrong = descriptor();
        *wrong.pointer_mut(place).unwrap() = value;
        let error = Descriptor::parse(&wrong.to_string()).unwrap_err().to_string();
        assert!(error.contains(said), "{place}: {error}");
    }
}

#[test]
fn a_resource_type_is_defined_once() {
    let mut twice = descriptor();
    let user = twice["resource-types"][0].clone();
    twice["resource-types"].as_array_mut().unwrap().push(user);
    let error = Descriptor::parse(&twice.to_string()).unwrap_err().to_string();
    assert_eq!(error, "/resource-types: User at /Users is defined twice");
}

#[test]
fn a_violation_does_not_quote_a_whole_document() {
    let mut wrong = descriptor();
    wrong["resource-types"] = json!("x".repeat(100_000));
    assert!(Descriptor::parse(&wrong.to_string()).unwrap_err().to_string().len() < 1000);
}

#[test]
fn a_text_that_is_not_json_is_reported_as_such() {
    assert!(matches!(Descriptor::parse("{"), Err(DescriptorError::NotJson(_))));
}

#[test]
fn a_descriptor_that_would_take_long_to_check_is_refused_before_it_is_checked() {
    let with = |at: &str, value: Value| {
        let mut descriptor = descriptor();
        descriptor["transforms"] = json!([]);
        *descriptor.pointer_mut(at).unwrap() = value;
        Descriptor::parse(&descriptor.to_string()).unwrap_err().to_string()
    };
    let settings = |count: usize| {
        let setting = |n| (format!("s{n}"), json!({ "title": "S", "type": "string" }));
        Value::Object((0..count).map(setting).collect())
    };
    assert_eq!(with("/settings", settings(1001)), "at `/settings`: there are more than 1000 members; offer fewer");
    assert_eq!(
        with("/transforms", json!(vec!["t"; 25_000])),
        "it has more than 20000 JSON values; offer fewer resource types, attributes and settings"
    );
    let many: Vec<_> = (0..1001).map(|n| json!({ "name": format!("a{n}"), "type": "string" })).collect();
    assert_eq!(
        with("/resource-types/0/schema/attributes", json!(many)),
        "at `/resource-types/0/schema/attributes`: there are more than 1000 members; offer fewer"
    );
    let long = with("/name", json!("x".repeat(2 << 20)));
    assert!(long.contains("above the limit of 1048576; leave out what"), "{long}");
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert!(Descriptor::parse(&deep).unwrap_err().to_string().contains("recursion limit exceeded"));
}
