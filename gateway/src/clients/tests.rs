//! Each leniency: what Entra or Okta sends becomes exact SCIM, and to the `rfc` profile is a clear error.

use scim_protocol::{Extension, ResourceType, ScimType, urn};
use serde_json::{Value, json};

use super::{Client, Leniency, Profile, Reading};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

fn user() -> ResourceType {
    ResourceType::user(vec![Extension::enterprise_user()])
}

/// What a client may send.
#[derive(Debug, Clone)]
enum Sent {
    Resource(Value),
    /// The one operation of a PATCH.
    Operation(Value),
    Patch(Value),
    Filter(&'static str),
}

/// What a profile makes of it, and what it needed for that.
fn read(
    client: Client,
    resource_type: &ResourceType,
    sent: Sent,
) -> Result<(Value, Vec<Leniency>), scim_protocol::Error> {
    let mut reading = Reading::new(client.profile(), resource_type);
    let read = match sent {
        Sent::Resource(mut body) => reading.resource(&mut body).map(|()| body),
        Sent::Patch(mut body) => reading.patch(&mut body).map(|()| body),
        Sent::Operation(operation) => {
            let mut body = json!({"schemas": [urn::PATCH_OP], "Operations": [operation]});
            reading.patch(&mut body).map(|()| match body["Operations"].as_array().unwrap().as_slice() {
                [one] => one.clone(),
                several => json!(several),
            })
        }
        Sent::Filter(text) => {
            let mut text = text.to_owned();
            reading.filter(&mut text).map(|()| Value::String(text))
        }
    }?;
    Ok((read, reading.end().0))
}

/// Entra's profile makes `becomes` of it and counts the leniency; the exact profile refuses it.
fn put_right(leniency: Leniency, resource_type: &ResourceType, sent: &Sent, becomes: &Value) {
    let (read_as, used) = read(Client::Entra, resource_type, sent.clone()).unwrap();
    assert_eq!(&read_as, becomes, "{sent:?}");
    assert!(used.contains(&leniency), "{leniency} was not counted for {sent:?}: {used:?}");
    let error = read(Client::Rfc, resource_type, sent.clone()).expect_err(&format!("rfc takes {sent:?}"));
    assert_eq!(error.status, 400, "{error:?}");
    assert!(error.scim_type.is_some(), "{error:?}");
    assert!(error.detail.contains(leniency.name()), "{error:?}");
}

#[test]
fn booleans_as_text() {
    let leniency = Leniency::BooleansAsText;
    let resource = |active: Value, primary: Value| json!({"schemas": [USER], "active": active, "roles": [{"value": "a", "primary": primary}]});
    put_right(
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
        put_right(leniency, &user(), &Sent::Operation(sent), &becomes);
    }
    for (sent, becomes) in [
        ("active eq \"True\"", "active eq true"),
        ("not (emails[primary eq \"false\"])", "not (emails[primary eq false])"),
        ("userName eq \"true\" and emails.primary eq \"true\"", "userName eq \"true\" and emails.primary eq true"),
    ] {
        put_right(leniency, &user(), &Sent::Filter(sent), &json!(becomes));
    }
}

#[test]
fn bare_values() {
    let with = |manager: Value| json!({"schemas": [USER, ENTERPRISE], (ENTERPRISE): {"manager": manager}});
    put_right(Leniency::BareValues, &user(), &Sent::Resource(with(json!("42"))), &with(json!({"value": "42"})));
    let roles = |role: Value| json!({"schemas": [USER], "roles": [role]});
    put_right(Leniency::BareValues, &user(), &Sent::Resource(roles(json!("a"))), &roles(json!({"value": "a"})));
    let path = format!("{ENTERPRISE}:manager");
    let operation = |value: Value| json!({"op": "add", "path": path, "value": value});
    put_right(
        Leniency::BareValues,
        &user(),
        &Sent::Operation(operation(json!("42"))),
        &operation(json!({"value": "42"})),
    );
    let within = |value: Value| json!({"op": "add", "path": ENTERPRISE, "value": {"manager": value}});
    put_right(Leniency::BareValues, &user(), &Sent::Operation(within(json!("42"))), &within(json!({"value": "42"})));
}

#[test]
fn array_of_one() {
    let path = format!("{ENTERPRISE}:manager");
    let operation = |value: Value| json!({"op": "replace", "path": path, "value": value});
    for element in [json!({"$ref": null, "value": "42"}), json!({"value": "42"})] {
        let sent = Sent::Operation(operation(json!([element])));
        put_right(Leniency::ArrayOfOne, &user(), &sent, &operation(element));
    }
    // Of two, nobody knows which one is meant.
    let two = operation(json!([{"value": "1"}, {"value": "2"}]));
    assert_eq!(read(Client::Entra, &user(), Sent::Operation(two.clone())).unwrap().0, two);
}

#[test]
fn one_for_array() {
    let resource = |roles: Value| json!({"schemas": [USER], "roles": roles});
    let element = json!({"value": "admin"});
    put_right(Leniency::OneForArray, &user(), &Sent::Resource(resource(element.clone())), &resource(json!([element])));
    put_right(Leniency::OneForArray, &user(), &Sent::Resource(resource(json!("admin"))), &resource(json!([element])));
    let operation = |value: Value| json!({"op": "replace", "path": "members", "value": value});
    let member = json!({"value": "42"});
    put_right(
        Leniency::OneForArray,
        &ResourceType::group(),
        &Sent::Operation(operation(member.clone())),
        &operation(json!([member])),
    );
}

#[test]
fn empty_references() {
    let leniency = Leniency::EmptyReferences;
    let with = |manager: Value| json!({"schemas": [USER, ENTERPRISE], (ENTERPRISE): {"manager": manager}});
    for manager in [json!(""), json!({"value": ""}), json!({"Value": "", "displayName": "Nobody"})] {
        put_right(leniency, &user(), &Sent::Resource(with(manager)), &with(Value::Null));
    }
    for path in ["manager", "manager.value"].map(|path| format!("{ENTERPRISE}:{path}")) {
        let operation = |value: Value| json!({"op": "replace", "path": path, "value": value});
        put_right(leniency, &user(), &Sent::Operation(operation(json!(""))), &operation(Value::Null));
    }
    // An empty text is a text where no reference is.
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
    // Whoever else sends such a text means it.
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
        // They stay, so that the operator sees them in the list of what was ignored.
        put_right(Leniency::UnknownSchemas, &resource_type, &Sent::Resource(body.clone()), &body);
    }
}

#[test]
fn schemas_incomplete() {
    let leniency = Leniency::SchemasIncomplete;
    let body = |schemas: Value| json!({"schemas": schemas, (ENTERPRISE): {"department": "D"}});
    put_right(leniency, &user(), &Sent::Resource(body(json!([USER]))), &body(json!([USER, ENTERPRISE])));
    put_right(leniency, &user(), &Sent::Resource(body(json!(null))), &body(json!([USER, ENTERPRISE])));
    let sent = json!({"userName": "a"});
    put_right(leniency, &user(), &Sent::Resource(sent), &json!({"userName": "a", "schemas": [USER]}));
    let operations = json!([{"op": "remove", "path": "title"}]);
    let becomes = json!({"Operations": operations, "schemas": [urn::PATCH_OP]});
    put_right(leniency, &user(), &Sent::Patch(json!({"Operations": operations})), &becomes);
}

#[test]
fn operations_in_any_case() {
    for (sent, becomes) in [("Add", "add"), ("REPLACE", "replace")] {
        let operation = |op: &str| json!({"op": op, "path": "title", "value": "t"});
        let sent = Sent::Operation(operation(sent));
        put_right(Leniency::OperationsInAnyCase, &user(), &sent, &operation(becomes));
    }
    // What is no operation at all stays, for protocol code to refuse.
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
        {"op": "replace", "path": "name.givenName", "value": "K"},
        {"op": "replace", "path": department, "value": "D"},
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "a@c.com"},
    ]);
    put_right(Leniency::DottedKeys, &user(), &Sent::Operation(sent), &becomes);
    let alone = json!({"op": "add", "value": {"name.givenName": "K"}});
    let becomes = json!({"op": "add", "path": "name.givenName", "value": "K"});
    put_right(Leniency::DottedKeys, &user(), &Sent::Operation(alone), &becomes);
}

#[test]
fn read_only_in_patch() {
    let sent = json!({"op": "replace", "value": {"id": "1", "meta": {"resourceType": "Group"}, "displayName": "H"}});
    let becomes = json!({"op": "replace", "value": {"displayName": "H"}});
    put_right(Leniency::ReadOnlyInPatch, &ResourceType::group(), &Sent::Operation(sent), &becomes);
}

#[test]
fn listed_removal() {
    let leniency = Leniency::ListedRemoval;
    let operation = |value: Value| json!({"op": "remove", "path": "members", "value": value});
    let members = json!([{"$ref": null, "value": "1"}, {"value": "2"}]);
    put_right(leniency, &ResourceType::group(), &Sent::Operation(operation(members.clone())), &operation(members));
    put_right(leniency, &ResourceType::group(), &Sent::Operation(operation(json!([]))), &operation(json!([])));
    put_right(
        leniency,
        &ResourceType::group(),
        &Sent::Operation(operation(json!({"value": "1"}))),
        &operation(json!([{"value": "1"}])),
    );
    // Without a list, all of them go: so says the RFC.
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
        put_right(Leniency::UnsupportedAttributes, &small, &Sent::Operation(operation.clone()), &operation);
    }
    let nonsense = json!({"op": "replace", "path": "nonsense", "value": "n"});
    assert_eq!(read(Client::Entra, &small, Sent::Operation(nonsense.clone())).unwrap(), (nonsense, vec![]));
}

#[test]
fn value_paths_in_filters() {
    let filter = "emails[type eq \"work\"].value eq \"a@c.com\"";
    put_right(Leniency::ValuePathsInFilters, &user(), &Sent::Filter(filter), &json!(filter));
    let exact = "emails[type eq \"work\" and value eq \"a@c.com\"]";
    assert_eq!(read(Client::Rfc, &user(), Sent::Filter(exact)).unwrap(), (json!(exact), vec![]));
}

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
fn the_exact_profile_says_what_the_rfc_wants() {
    for (resource_type, sent, kind, part) in [
        (
            user(),
            Sent::Operation(json!({"op": "Replace", "path": "title", "value": "t"})),
            ScimType::InvalidSyntax,
            "operation 1: 'op' is \"replace\"",
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
fn what_is_no_scim_is_left_for_protocol_code() {
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

/// Rows of the README's tables that name a leniency or a test name ones that exist, and no leniency is left out.
#[test]
fn the_readme_names_every_leniency_and_only_tests_that_exist() {
    let readme = include_str!("README.md");
    for leniency in Leniency::ALL {
        assert!(readme.contains(&format!("`{leniency}`")), "the README does not mention {leniency}");
        let test = format!("fn {}()", leniency.name().replace('-', "_"));
        assert!(include_str!("tests.rs").contains(&test), "there is no test {test}");
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut checked = 0;
    for shown in readme.lines().filter(|line| line.starts_with("| ")).flat_map(|line| line.rsplit('|').nth(1)) {
        for reference in shown.split(',').map(str::trim).filter(|shown| shown.starts_with('`')) {
            let reference = reference.trim_matches('`');
            let (file, test) = reference.split_once("::").unwrap_or((reference, ""));
            let text = std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(test.is_empty() || text.contains(&format!("fn {test}(")), "{file} has no test {test}");
            checked += 1;
        }
    }
    assert!(checked >= 40, "only {checked} references were found");
}
