//! Whole resources, to the app and back.

use super::{ASKSPOKE, ENTERPRISE, Roles, SAMANAGE, mapping, now, object, users};
use crate::{Budget, Derived, Kept, MapError, TypeMapping};
use scim_protocol::Edits;
use serde_json::{Value, json};

fn created(mapping: &TypeMapping, resource: &Value) -> Value {
    Value::Object(now(mapping.to_app(&object(resource), &mut Budget::default(), &mut Roles)).unwrap().document)
}

#[test]
fn a_new_samanage_user_is_one_document() {
    let samanage = mapping(SAMANAGE);
    let resource = json!({
        "userName": "jane@upn.example", "displayName": "Jane D", "active": true, "title": "Lead", "externalId": "e1",
        "name": {"givenName": "Jane", "familyName": "Doe"},
        "emails": [{"type": "home", "value": "h@x.example"}, {"type": "work", "value": "jane@x.example"}],
        "phoneNumbers": [{"type": "mobile", "value": "+1 (2)"}],
        "addresses": [{"type": "work", "locality": "AUS"}],
        "roles": [{"primary": "True", "value": "{\"id\":\"1\",\"value\":\"25\",\"displayName\":\"Agent\"}"}],
        ENTERPRISE: {"department": "IT", "manager": {"value": "42"}},
    });
    let made =
        now(samanage.of("User").unwrap().to_app(&object(&resource), &mut Budget::default(), &mut Roles)).unwrap();
    assert_eq!(
        Value::Object(made.document),
        json!({
            "email": "jane@x.example", "name": "Jane D", "disabled": false, "title": "Lead", "mobile_phone": "+1 (2)",
            "department": {"name": "IT"}, "reports_to": {"id": 42}, "role": {"name": "Agent"}, "site": {"name": "AUS"},
        })
    );
    let kept: Vec<_> =
        made.kept.iter().map(|kept| (kept.slot.as_str(), kept.value.as_str().unwrap(), kept.app.clone())).collect();
    assert_eq!(
        kept,
        [
            ("userName", "jane@upn.example", Some(json!("jane@x.example"))),
            ("displayName", "Jane D", Some(json!("Jane D"))),
            ("name.givenName", "Jane", None),
            ("name.familyName", "Doe", None),
            ("externalId", "e1", None),
        ]
    );
    let [reference] = made.references.as_slice() else { panic!("one reference") };
    assert_eq!((reference.field.as_str(), reference.id.as_str()), ("reports_to.id", "42"));
}

#[test]
fn the_first_rule_with_a_value_wins_and_then_the_first_default() {
    let samanage = mapping(SAMANAGE);
    let user = samanage.of("User").unwrap();
    let role = json!({"name": "Requester"});
    for (resource, expected) in [
        (json!({"userName": "a@x", "roles": []}), json!({"email": "a@x", "role": role})),
        (json!({"name": {"formatted": "A B", "givenName": "A"}}), json!({"name": "A B", "role": role})),
        (json!({"name": {"givenName": "A", "familyName": "B"}}), json!({"name": "A B", "role": role})),
        (json!({"name": {"familyName": "B"}}), json!({"name": "B", "role": role})),
        (json!({"roles": [{"value": "Admin"}]}), json!({"role": {"name": "Admin"}})),
        (json!({"roles": [{"displayName": "Admin"}]}), json!({"role": {"name": "Admin"}})),
    ] {
        assert_eq!(created(user, &resource), expected, "{resource}");
    }
}

#[test]
fn constants_and_rules_for_new_resources_are_written_on_create() {
    let mapping = users(&json!([
        {"scim": "userName", "app": "login"},
        {"scim": "title", "app": "kind", "constant": "member"},
        {"scim": "locale", "app": "lang", "apply": "on-create", "default": "en"},
        {"scim": "nickName", "constant": "answered", "direction": "to-scim"},
    ]));
    let user = mapping.of("User").unwrap();
    assert_eq!(created(user, &json!({"title": "x"})), json!({"kind": "member", "lang": "en"}));
    let scim = now(user.to_scim(&object(&json!({"kind": "owner"})), &[], &mut Budget::default(), &mut Roles)).unwrap();
    assert_eq!(Value::Object(scim), json!({"title": "owner", "nickName": "answered"}));
}

#[test]
fn an_error_of_a_value_names_the_attribute() {
    let samanage = mapping(SAMANAGE);
    for (resource, expected) in [
        (
            json!({ENTERPRISE: {"manager": {"value": "x1"}}}),
            format!("`{ENTERPRISE}:manager.value`: \"x1\" is not a whole number"),
        ),
        (json!({"active": "maybe"}), "`active`: \"maybe\" is not true or false".to_owned()),
        (json!({"roles": [{"type": "x"}]}), "`roles`: a role has a displayName".to_owned()),
        (
            json!({"displayName": null, "name": {"givenName": 7}}),
            "`displayName` could not be computed for the app's field `name`: join(): expected a list of strings"
                .to_owned(),
        ),
    ] {
        let error = now(samanage.of("User").unwrap().to_app(&object(&resource), &mut Budget::default(), &mut Roles))
            .unwrap_err();
        assert_eq!(error.to_string(), expected, "{resource}");
    }
}

#[test]
fn an_app_document_becomes_a_scim_resource() {
    let samanage = mapping(SAMANAGE);
    let document = json!({
        "id": 7, "email": "jane@x.example", "name": "Jane D", "disabled": true, "title": null, "phone": "+1",
        "mobile_phone": "", "department": {"id": 1, "name": "IT"}, "reports_to": {"id": 42, "name": "Boss"},
        "role": {"name": "Requester"}, "site": null, "created_at": "2017-10-11T14:26:23.000-07:00",
    });
    let kept = [
        Kept {
            slot: "userName".to_owned(),
            value: json!("jane@upn"),
            app: Some(json!("jane@x.example")),
            is_source: false,
        },
        Kept {
            slot: "displayName".to_owned(),
            value: json!("Janie"),
            app: Some(json!("changed in the app")),
            is_source: false,
        },
        Kept { slot: "name.givenName".to_owned(), value: json!("Jane"), app: None, is_source: false },
    ];
    let resource =
        now(samanage.of("User").unwrap().to_scim(&object(&document), &kept, &mut Budget::default(), &mut Roles))
            .unwrap();
    assert_eq!(
        Value::Object(resource),
        json!({
            "emails": [{"type": "work", "value": "jane@x.example", "primary": true}],
            "userName": "jane@upn", "displayName": "Jane D", "name": {"givenName": "Jane"}, "active": false,
            "phoneNumbers": [{"type": "work", "value": "+1", "primary": true}],
            ENTERPRISE: {"department": "IT", "manager": {"value": "42"}},
            "roles": [{"value": "Requester", "display": "Requester", "primary": true}],
            "meta": {"created": "2017-10-11T14:26:23.000-07:00"},
        })
    );
}

#[test]
fn an_error_of_an_app_value_names_attribute_and_field() {
    let samanage = mapping(SAMANAGE);
    let error = now(samanage.of("User").unwrap().to_scim(
        &object(&json!({"disabled": 3})),
        &[],
        &mut Budget::default(),
        &mut Roles,
    ))
    .unwrap_err();
    assert_eq!(
        error,
        MapError::AppValue {
            attribute: "active".to_owned(),
            field: "disabled".to_owned(),
            detail: "a number is not true or false".to_owned()
        }
    );
}

#[test]
fn a_kept_value_is_compared_with_what_the_app_normalised() {
    let samanage = mapping(SAMANAGE);
    let user = samanage.of("User").unwrap();
    let resource = object(&json!({"userName": "Jane@X.example"}));
    let mut made = now(user.to_app(&resource, &mut Budget::default(), &mut Roles)).unwrap();
    let answered = object(&json!({"email": "jane@x.example"}));
    user.settle(&mut made.kept, &answered);
    let back = now(user.to_scim(&answered, &made.kept, &mut Budget::default(), &mut Roles)).unwrap();
    assert_eq!(back["userName"], "Jane@X.example");
}

#[test]
fn a_resource_of_a_scim_app_survives_the_round_trip() {
    let askspoke = mapping(ASKSPOKE);
    let user = askspoke.of("User").unwrap();
    let resource = json!({
        "userName": "a@c.com", "emails": [{"type": "work", "value": "a@c.com", "primary": true}], "active": true,
        "title": "T", "name": {"givenName": "A", "familyName": "B", "formatted": "A B"}, "displayName": "A B",
        "addresses": [{"type": "work", "locality": "Austin", "region": "TX", "country": "US", "primary": true}], "externalId": "e",
        ENTERPRISE: {"department": "D", "manager": {"value": "602b"}},
        super::SPOKE: {"startDate": "2021-03-01"},
    });
    let document = now(user.to_app(&object(&resource), &mut Budget::default(), &mut Roles)).unwrap().document;
    assert_eq!(document["emails"], json!([{"type": "work", "value": "a@c.com"}]));
    assert_eq!(document[ENTERPRISE], json!({"department": "D", "manager": {"value": "602b"}}));
    let back = now(user.to_scim(&document, &[], &mut Budget::default(), &mut Roles)).unwrap();
    assert_eq!(Value::Object(back), resource, "the one element is the primary one");
}

#[test]
fn every_step_can_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let samanage = mapping(SAMANAGE);
    let (user, empty) = (samanage.of("User").unwrap(), object(&json!({})));
    is_send(&user.to_app(&empty, &mut Budget::default(), &mut Roles));
    is_send(&user.to_scim(&empty, &[], &mut Budget::default(), &mut Roles));
    is_send(&user.diff(&empty, &empty, &Derived::default(), &mut Budget::default(), &mut Roles));
    is_send(&user.change(&Edits::default(), &mut Budget::default(), &mut Roles));
}

#[test]
fn the_readme_shows_a_mapping_that_loads() {
    let readme = include_str!("../../README.md");
    let example = readme.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(mapping(example).of("User").unwrap().match_slots().len() == 1);
}
