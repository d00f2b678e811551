//! Each leniency: what Entra or Okta sends becomes exact SCIM, and is a clear error with the `rfc` profile.

use super::*;
use crate::clients::Profile;

#[test]
fn booleans_as_text() {
    let leniency = Leniency::BooleansAsText;
    let resource = |active: Value, primary: Value| json!({"schemas": [USER], "active": active, "roles": [{"value": "a", "primary": primary}]});
    corrects(
        leniency,
        &user(),
        &Sent::Resource(resource(json!("False"), json!("True"))),
        &resource(json!(false), json!(true)),
    );
    for (sent, becomes) in [
        (
            json!({"op": "replace", "path": "active", "value": "TRUE"}),
            json!({"op": "replace", "path": "active", "value": true}),
        ),
        (json!({"op": "add", "value": {"ACTIVE": "false"}}), json!({"op": "add", "value": {"ACTIVE": false}})),
        (
            json!({"op": "add", "path": "roles[primary eq \"True\"].value", "value": "Lead"}),
            json!({"op": "add", "path": "roles[primary eq true].value", "value": "Lead"}),
        ),
        (
            json!({"op": "add", "path": "roles[value eq \"a\"].primary", "value": "True"}),
            json!({"op": "add", "path": "roles[value eq \"a\"].primary", "value": true}),
        ),
    ] {
        corrects(leniency, &user(), &Sent::Operation(sent), &becomes);
    }
    for (sent, becomes) in [
        ("active eq \"True\"", "active eq true"),
        ("not (emails[primary eq \"false\"])", "not (emails[primary eq false])"),
        ("userName eq \"true\" and emails.primary eq \"true\"", "userName eq \"true\" and emails.primary eq true"),
    ] {
        corrects(leniency, &user(), &Sent::Filter(sent), &json!(becomes));
    }
}

#[test]
fn bare_values() {
    let with = |manager: Value| json!({"schemas": [USER, ENTERPRISE], (ENTERPRISE): {"manager": manager}});
    corrects(Leniency::BareValues, &user(), &Sent::Resource(with(json!("42"))), &with(json!({"value": "42"})));
    let roles = |role: Value| json!({"schemas": [USER], "roles": [role]});
    corrects(Leniency::BareValues, &user(), &Sent::Resource(roles(json!("a"))), &roles(json!({"value": "a"})));
    let path = format!("{ENTERPRISE}:manager");
    let operation = |value: Value| json!({"op": "add", "path": path, "value": value});
    corrects(
        Leniency::BareValues,
        &user(),
        &Sent::Operation(operation(json!("42"))),
        &operation(json!({"value": "42"})),
    );
    let within = |value: Value| json!({"op": "add", "path": ENTERPRISE, "value": {"manager": value}});
    corrects(Leniency::BareValues, &user(), &Sent::Operation(within(json!("42"))), &within(json!({"value": "42"})));
}

#[test]
fn array_of_one() {
    let path = format!("{ENTERPRISE}:manager");
    let operation = |value: Value| json!({"op": "replace", "path": path, "value": value});
    for element in [json!({"$ref": null, "value": "42"}), json!({"value": "42"})] {
        let sent = Sent::Operation(operation(json!([element])));
        corrects(Leniency::ArrayOfOne, &user(), &sent, &operation(element));
    }
    // With two elements, it is unclear which one is meant.
    let two = operation(json!([{"value": "1"}, {"value": "2"}]));
    assert_eq!(read(Client::Entra, &user(), Sent::Operation(two.clone())).unwrap().0, two);
}

#[test]
fn one_for_array() {
    let resource = |roles: Value| json!({"schemas": [USER], "roles": roles});
    let element = json!({"value": "admin"});
    corrects(Leniency::OneForArray, &user(), &Sent::Resource(resource(element.clone())), &resource(json!([element])));
    corrects(Leniency::OneForArray, &user(), &Sent::Resource(resource(json!("admin"))), &resource(json!([element])));
    let operation = |value: Value| json!({"op": "replace", "path": "members", "value": value});
    let member = json!({"value": "42"});
    corrects(
        Leniency::OneForArray,
        &ResourceType::group(),
        &Sent::Operation(operation(member.clone())),
        &operation(json!([member])),
    );
}

#[test]
fn a_bare_value_for_a_list_of_typed_elements_is_left_to_be_refused() {
    for (path, value) in [("emails", "notalist"), ("phoneNumbers", "+1"), ("photos", "x")] {
        let body = json!({"schemas": [USER], (path): value});
        for sent in [
            Sent::Operation(json!({"op": "replace", "path": path, "value": value})),
            Sent::Operation(json!({"op": "add", "path": path, "value": value})),
            Sent::Operation(json!({"op": "replace", "value": {(path): value}})),
            Sent::Resource(body),
        ] {
            let (Sent::Operation(expected) | Sent::Resource(expected)) = sent.clone() else { continue };
            assert_eq!(read(Client::Entra, &user(), sent).unwrap(), (expected, vec![]));
        }
    }
}

#[test]
fn nested_values() {
    let leniency = Leniency::NestedValues;
    let list = json!([{"value": "42"}]);
    for op in ["add", "replace", "remove"] {
        let operation = |value: Value| json!({"op": op, "path": "members", "value": value});
        let sent = Sent::Operation(operation(json!({"Members": list})));
        corrects(leniency, &ResourceType::group(), &sent, &operation(list.clone()));
    }
    let operation = |value: Value| json!({"op": "replace", "path": "name", "value": value});
    let sent = Sent::Operation(operation(json!({"name": {"givenName": "G"}})));
    corrects(leniency, &user(), &sent, &operation(json!({"givenName": "G"})));
    // Something beside it would be lost.
    let beside = operation(json!({"name": {"givenName": "G"}, "familyName": "F"}));
    assert_eq!(read(Client::Entra, &user(), Sent::Operation(beside.clone())).unwrap(), (beside, vec![]));
}

#[test]
fn ids_for_values() {
    let leniency = Leniency::IdsForValues;
    let group = ResourceType::group();
    let exact = json!([{"value": "42", "display": "A"}]);
    let body = |members: &Value| json!({"schemas": [GROUP], "displayName": "G", "members": members});
    for members in [json!([{"id": "42", "display": "A"}]), json!([{"ID": "42", "value": null, "display": "A"}])] {
        corrects(leniency, &group, &Sent::Resource(body(&members)), &body(&exact));
        let operation = |op: &str, value: &Value| json!({"op": op, "path": "members", "value": value});
        for op in ["add", "replace"] {
            corrects(leniency, &group, &Sent::Operation(operation(op, &members)), &operation(op, &exact));
        }
        // The exact profile refuses a removal that lists elements, whatever they hold.
        let (removal, used) = read(Client::Entra, &group, Sent::Operation(operation("remove", &members))).unwrap();
        assert_eq!(removal, operation("remove", &exact));
        assert!(used.contains(&leniency), "{used:?}");
        assert!(read(Client::Rfc, &group, Sent::Operation(operation("remove", &members))).is_err());
        let pathless = |value: &Value| json!({"op": "replace", "value": {"members": value}});
        corrects(leniency, &group, &Sent::Operation(pathless(&members)), &pathless(&exact));
    }
    let manager = |value: Value| json!({"op": "replace", "path": format!("{ENTERPRISE}:manager"), "value": value});
    corrects(leniency, &user(), &Sent::Operation(manager(json!({"id": "42"}))), &manager(json!({"value": "42"})));
    // Not a reference, and a reference that has its value.
    for operation in [
        json!({"op": "replace", "path": "emails", "value": [{"id": "a@c.com"}]}),
        json!({"op": "replace", "value": {"emails": [{"id": "a@c.com"}]}}),
    ] {
        assert_eq!(read(Client::Entra, &user(), Sent::Operation(operation.clone())).unwrap(), (operation, vec![]));
    }
    let both = body(&json!([{"value": "1", "id": "2"}]));
    assert_eq!(read(Client::Entra, &group, Sent::Resource(both.clone())).unwrap(), (both, vec![]));
}

#[test]
fn attributes_under_the_core_urn_are_corrected_too() {
    let sent = json!({"op": "replace", "value": {(USER): {"active": "False"}}});
    let becomes = json!({"op": "replace", "value": {(USER): {"active": false}}});
    corrects(Leniency::BooleansAsText, &user(), &Sent::Operation(sent), &becomes);
}

#[test]
fn empty_references() {
    let leniency = Leniency::EmptyReferences;
    let with = |manager: Value| json!({"schemas": [USER, ENTERPRISE], (ENTERPRISE): {"manager": manager}});
    for manager in [json!(""), json!({"value": ""}), json!({"Value": "", "displayName": "Nobody"})] {
        corrects(leniency, &user(), &Sent::Resource(with(manager)), &with(Value::Null));
    }
    for path in ["manager", "manager.value"].map(|path| format!("{ENTERPRISE}:{path}")) {
        let operation = |value: Value| json!({"op": "replace", "path": path, "value": value});
        corrects(leniency, &user(), &Sent::Operation(operation(json!(""))), &operation(Value::Null));
    }
    // An empty string is a valid value of an attribute that is not a reference.
    let title = json!({"schemas": [USER], "title": ""});
    assert_eq!(read(Client::Entra, &user(), Sent::Resource(title.clone())).unwrap(), (title, vec![]));
}

#[test]
fn json_in_text() {
    let text = r#"{"id": "06b0", "value": "admin", "displayName": "Administrator"}"#;
    let roles = |role: Value| Sent::Resource(json!({"schemas": [USER], "roles": [role]}));
    let role = json!({"type": "WindowsAzureActiveDirectoryRole", "primary": false, "value": text});
    let (read_as, used) = read(Client::Entra, &user(), roles(role.clone())).unwrap();
    let expected = json!({"type": "WindowsAzureActiveDirectoryRole", "primary": false, "value": "admin", "display": "Administrator"});
    assert_eq!((&read_as["roles"][0], used), (&expected, vec![Leniency::JsonInText]));
    // Other clients mean such a text literally.
    for client in [Client::Rfc, Client::Okta, Client::Other] {
        assert_eq!(read(client, &user(), roles(role.clone())).unwrap().0["roles"][0], role, "{client}");
    }
    for other in [r#"{"displayName": "Requester"}"#, "{", "[1]", "admin"] {
        let role = json!({"value": other});
        assert_eq!(read(Client::Entra, &user(), roles(role.clone())).unwrap().0["roles"][0], role, "{other}");
    }
}

#[test]
fn unknown_schemas() {
    let legacy = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
    for (resource_type, body) in [
        (ResourceType::group(), json!({"schemas": [GROUP, legacy], "displayName": "G", "members": []})),
        (user(), json!({"schemas": ["urn:scim:schemas:core:1.0", USER], "userName": "gus@google.example"})),
    ] {
        // They are kept, so that the operator sees them in the list of ignored attributes.
        corrects(Leniency::UnknownSchemas, &resource_type, &Sent::Resource(body.clone()), &body);
    }
}

#[test]
fn schemas_incomplete() {
    let leniency = Leniency::SchemasIncomplete;
    let body = |schemas: Value| json!({"schemas": schemas, (ENTERPRISE): {"department": "D"}});
    corrects(leniency, &user(), &Sent::Resource(body(json!([USER]))), &body(json!([USER, ENTERPRISE])));
    corrects(leniency, &user(), &Sent::Resource(body(json!(null))), &body(json!([USER, ENTERPRISE])));
    let sent = json!({"userName": "a"});
    corrects(leniency, &user(), &Sent::Resource(sent), &json!({"userName": "a", "schemas": [USER]}));
    let operations = json!([{"op": "remove", "path": "title"}]);
    let becomes = json!({"Operations": operations, "schemas": [urn::PATCH_OP]});
    corrects(leniency, &user(), &Sent::Patch(json!({"Operations": operations})), &becomes);
}

#[test]
fn operations_in_any_case() {
    for (sent, becomes) in [("Add", "add"), ("REPLACE", "replace")] {
        let operation = |op: &str| json!({"op": op, "path": "title", "value": "t"});
        let sent = Sent::Operation(operation(sent));
        corrects(Leniency::OperationsInAnyCase, &user(), &sent, &operation(becomes));
    }
    // An unknown operation is kept, for protocol code to refuse.
    let none = json!({"op": "Rename", "path": "title"});
    assert_eq!(read(Client::Entra, &user(), Sent::Operation(none.clone())).unwrap().0, none);
}

#[test]
fn dotted_keys() {
    let department = format!("{ENTERPRISE}:department");
    let sent = json!({"op": "replace", "value": {
        "displayName": "B", "name.givenName": "K", (department.clone()): "D", "emails[type eq \"work\"].value": "a@c.com", "nonsense.x": 1,
    }});
    let becomes = json!([
        {"op": "replace", "value": {"displayName": "B", "nonsense.x": 1}},
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "a@c.com"},
        {"op": "replace", "path": "name.givenName", "value": "K"},
        {"op": "replace", "path": department, "value": "D"},
    ]);
    corrects(Leniency::DottedKeys, &user(), &Sent::Operation(sent), &becomes);
    let alone = json!({"op": "add", "value": {"name.givenName": "K"}});
    let becomes = json!({"op": "add", "path": "name.givenName", "value": "K"});
    corrects(Leniency::DottedKeys, &user(), &Sent::Operation(alone), &becomes);
}

#[test]
fn read_only_in_patch() {
    let sent = json!({"op": "replace", "value": {"id": "1", "meta": {"resourceType": "Group"}, "displayName": "H"}});
    let becomes = json!({"op": "replace", "value": {"displayName": "H"}});
    corrects(Leniency::ReadOnlyInPatch, &ResourceType::group(), &Sent::Operation(sent), &becomes);
}

#[test]
fn listed_removal() {
    let leniency = Leniency::ListedRemoval;
    let operation = |value: Value| json!({"op": "remove", "path": "members", "value": value});
    let members = json!([{"$ref": null, "value": "1"}, {"value": "2"}]);
    corrects(leniency, &ResourceType::group(), &Sent::Operation(operation(members.clone())), &operation(members));
    corrects(leniency, &ResourceType::group(), &Sent::Operation(operation(json!([]))), &operation(json!([])));
    corrects(
        leniency,
        &ResourceType::group(),
        &Sent::Operation(operation(json!({"value": "1"}))),
        &operation(json!([{"value": "1"}])),
    );
    // Without a list, all of them are removed, as the RFC says.
    let all = json!({"op": "remove", "path": "members"});
    for client in [Client::Rfc, Client::Entra] {
        assert_eq!(read(client, &ResourceType::group(), Sent::Operation(all.clone())).unwrap(), (all.clone(), vec![]));
    }
}

#[test]
fn missing_elements() {
    let operation = json!({"op": "replace", "path": "emails[type eq \"work\"].value", "value": "a@c.com"});
    let sent = || Sent::Operation(operation.clone());
    assert_eq!(read(Client::Entra, &user(), sent()).unwrap(), (operation.clone(), vec![Leniency::MissingElements]));
    assert_eq!(read(Client::Rfc, &user(), sent()).unwrap(), (operation.clone(), vec![]));
    // Which member, e-mail address or user is meant by these, only an existing element can say.
    for path in ["emails[value eq \"a@c.com\"].value", "emails[type eq \"work\" and display eq \"A\"].value"] {
        let operation = json!({"op": "replace", "path": path, "value": "a@c.com"});
        let read_as = read(Client::Entra, &user(), Sent::Operation(operation.clone())).unwrap();
        assert_eq!(read_as, (operation, vec![]), "{path}");
    }
    for (client, may) in [(Client::Entra, true), (Client::Okta, true), (Client::Rfc, false)] {
        assert_eq!(client.profile().patch().create_missing_element, may, "{client}");
    }
}

#[test]
fn unsupported_attributes() {
    let mut small = user();
    small.schema.attributes.retain(|attribute| attribute.name == "userName");
    small.extensions.clear();
    for path in
        ["nickName", "name.middleName", "addresses[type eq \"work\"].country", &format!("{ENTERPRISE}:department")]
    {
        let operation = json!({"op": "replace", "path": path, "value": "n"});
        corrects(Leniency::UnsupportedAttributes, &small, &Sent::Operation(operation.clone()), &operation);
    }
    // Only those of the same type of resource.
    for (resource_type, path) in [
        (ResourceType::group(), "userName"),
        (ResourceType::group(), "active"),
        (ResourceType::group(), "emails[type eq \"work\"].value"),
        (small.clone(), "members"),
    ] {
        let foreign = json!({"op": "replace", "path": path, "value": "n"});
        let sent = Sent::Operation(foreign.clone());
        assert_eq!(read(Client::Entra, &resource_type, sent).unwrap(), (foreign, vec![]), "{path}");
    }
    let nonsense = json!({"op": "replace", "path": "nonsense", "value": "n"});
    assert_eq!(read(Client::Entra, &small, Sent::Operation(nonsense.clone())).unwrap(), (nonsense, vec![]));
}

#[test]
fn value_paths_in_filters() {
    let filter = "emails[type eq \"work\"].value eq \"a@c.com\"";
    corrects(Leniency::ValuePathsInFilters, &user(), &Sent::Filter(filter), &json!(filter));
    let exact = "emails[type eq \"work\" and value eq \"a@c.com\"]";
    assert_eq!(read(Client::Rfc, &user(), Sent::Filter(exact)).unwrap(), (json!(exact), vec![]));
}

#[test]
fn paths_in_any_case() {
    let endpoints = ["/Users", "/Groups"];
    for (sent, becomes) in [
        ("/users", "/Users"),
        ("//USERS/aB/", "//Users/aB/"),
        ("/%75sers/a%2Fb", "/Users/a%2Fb"),
        ("bulk", "Bulk"),
        ("/serviceproviderconfig", "/ServiceProviderConfig"),
    ] {
        let (path, used) = Client::Entra.profile().path(sent, endpoints).unwrap();
        assert_eq!((&*path, used), (becomes, Some(Leniency::PathsInAnyCase)), "{sent}");
        let error = Client::Rfc.profile().path(sent, endpoints).unwrap_err();
        assert_eq!(error.status, 404);
        assert!(error.detail.contains(Leniency::PathsInAnyCase.name()), "{error:?}");
    }
    for same in ["/Users/users", "/Users", "/people", "/", "", "/.search", "/%ff", "/Users/%ff"] {
        for client in [Client::Rfc, Client::Entra] {
            let (path, used) = client.profile().path(same, endpoints).unwrap();
            assert_eq!((&*path, used), (same, None), "{client} {same}");
        }
    }
}

/// What it does is shown by `tests/tests/system/protocol/clients.rs`.
#[test]
fn omitted_members() {
    let keeps = |client: Client| client.profile().allows(Leniency::OmittedMembers);
    assert!([Client::Entra, Client::Okta, Client::Google, Client::Other].into_iter().all(keeps));
    assert!(![Client::Rfc, Client::Scim2Models].into_iter().any(keeps));
}

/// What it does is shown by `tests/tests/system/protocol/clients.rs`.
#[test]
fn without_pagination() {
    for profile in Profile::all() {
        let is_hidden = profile.allows(Leniency::WithoutPagination);
        assert_eq!(is_hidden, profile.client == Client::Scim2Models, "{}", profile.client);
    }
}
