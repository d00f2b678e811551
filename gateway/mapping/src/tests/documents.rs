//! Errors of a document: what is wrong, where, and what to write instead.

use super::{ASKSPOKE, SAMANAGE, facts, mapping, types, user};
use crate::{Mapping, MappingErrors};
use serde_json::json;

fn faults(text: &str) -> Vec<String> {
    let Err(MappingErrors(errors)) = Mapping::parse(text, "m.json", &types(), &facts()) else {
        panic!("loads: {text}")
    };
    errors.iter().map(ToString::to_string).collect()
}

/// A document whose third line contains one user rule, indented by four.
fn with_rule(rule: &str) -> String {
    format!("{{\"resource-types\": {{\n  \"User\": [\n    {rule}\n  ]}}}}")
}

#[test]
fn every_error_of_a_rule_says_where_it_is_and_what_to_write_instead() {
    for (rule, expected) in [
        // The shape.
        (
            r#"{"scim": "title", "aply": "always", "app": "t"}"#,
            r#"3:23: User rule 1 (title): unknown property `aply`; did you mean `apply`?"#,
        ),
        (r#"{"app": "t"}"#, "3:5: User rule 1: a rule must have `scim`"),
        (
            r#"{"scim": "title", "app": "t", "apply": "once"}"#,
            r#"3:44: User rule 1 (title): `apply` must be "always" or "on-create""#,
        ),
        (
            r#"{"scim": "title", "app": "t", "keep": "yes"}"#,
            "3:43: User rule 1 (title): `keep` must be of type boolean",
        ),
        (r#"{"scim": "title", "app": "t", "match": 0}"#, "3:44: User rule 1 (title): `match` must be 1 or more"),
        (r#"{"scim": "title", "app": ""}"#, "3:30: User rule 1 (title): `app` must not be empty"),
        (
            r#"{"scim": "title", "app": "t", "default": null}"#,
            "3:46: User rule 1 (title): `default` must not be null; leave it out",
        ),
        (
            r#"{"scim": "title", "app": "t", "app": "u"}"#,
            "3:35: duplicate property `app`; only one of them would be used",
        ),
        ("7", "3:5: User rule 1: a rule must be of type object"),
        // The SCIM attribute.
        (
            r#"{"scim": "titel", "app": "t"}"#,
            "3:14: User rule 1 (titel): User has no attribute 'titel'; did you mean `title`?",
        ),
        (
            r#"{"scim": "emails.value", "app": "t"}"#,
            r#"3:14: User rule 1 (emails.value): `emails` has many values; choose one, as in `emails[type eq "work"].value`"#,
        ),
        (
            r#"{"scim": "id", "app": "id"}"#,
            "3:14: User rule 1 (id): `id` needs no rule: the app's own id is passed through",
        ),
        (
            r#"{"scim": "schemas", "app": "s"}"#,
            "3:14: User rule 1 (schemas): `schemas` needs no rule: the gateway returns it",
        ),
        (
            r#"{"scim": "meta.version", "app": "v", "direction": "to-scim"}"#,
            "3:14: User rule 1 (meta.version): only `meta.created` and `meta.lastModified` of `meta` can come from the app",
        ),
        (
            r#"{"scim": "meta.created", "app": "c"}"#,
            r#"3:14: User rule 1 (meta.created): clients cannot write `meta.created`; use "direction": "to-scim""#,
        ),
        // The app's field.
        (
            r#"{"scim": "title", "app": "a..b"}"#,
            "3:33: User rule 1 (title): `a..b` is not a field path: expected a field name",
        ),
        (
            r#"{"scim": "title", "app": "x[y eq \"z\" or]"}"#,
            "3:44: User rule 1 (title): `x[y eq \"z\" or]` is not a field path: expected `and` or `]`",
        ),
        // The transform, the reference, the default.
        (
            r#"{"scim": "title", "app": "t", "transform": "rol"}"#,
            "3:48: User rule 1 (title): unknown transform `rol`; did you mean `role`?",
        ),
        (
            r#"{"scim": "title", "app": "t", "reference": "Usr"}"#,
            "3:48: User rule 1 (title): the connector has no resource type `Usr`; did you mean `User`?",
        ),
        (
            r#"{"scim": "title", "app": "t", "default": 7}"#,
            "3:46: User rule 1 (title): invalid default: 7 is a number, and `title` takes a string",
        ),
        (
            r#"{"scim": "active", "app": "t", "default": "yes"}"#,
            r#"3:47: User rule 1 (active): invalid default: "yes" is a string, and `active` takes true or false"#,
        ),
        (
            r#"{"scim": "roles", "app": "t", "default": ["x"]}"#,
            r#"3:46: User rule 1 (roles): invalid default: "x" is a string, and `roles` takes an object"#,
        ),
        (
            r#"{"scim": "title", "app": "t", "transform": "integer", "default": "x"}"#,
            r#"3:70: User rule 1 (title): invalid default: "x" is not a whole number"#,
        ),
        // Expressions.
        (
            r#"{"scim": "title", "app": "t", "expression": "lower(tilte)"}"#,
            "3:56: User rule 1 (title): unknown attribute `tilte`; did you mean `title`?",
        ),
        (
            r#"{"scim": "title", "app": "t", "expression": "\"\\\"\" + tilte"}"#,
            "3:61: User rule 1 (title): unknown attribute `tilte`; did you mean `title`?",
        ),
        (
            r#"{"scim": "title", "app": "t", "inverse": "upper(ap.x)"}"#,
            "3:55: User rule 1 (title): unknown variable `ap`; the app's document is `app`",
        ),
        // Combinations of keys.
        (
            r#"{"scim": "title"}"#,
            "3:14: User rule 1 (title): the rule has no field of the app: add `app`, or `\"keep\": true` to store the value in the gateway",
        ),
        (
            r#"{"scim": "title", "app": "t", "constant": 1, "expression": "title"}"#,
            "3:64: User rule 1 (title): a rule can have a `constant` or an `expression`, not both",
        ),
        (
            r#"{"scim": "title", "keep": true, "expression": "title"}"#,
            "3:51: User rule 1 (title): an `expression` computes a field of the app: add `app`",
        ),
        (
            r#"{"scim": "title", "app": "t", "constant": 1, "direction": "to-scim"}"#,
            "3:30: User rule 1 (title): a `constant` with `\"direction\": \"to-scim\"` is returned as it is and reads no field: remove `app`",
        ),
        (
            r#"{"scim": "title", "app": "t", "keep": true, "direction": "to-app"}"#,
            "3:43: User rule 1 (title): a kept value is stored and returned: remove `direction`",
        ),
        (
            r#"{"scim": "title", "app": "t", "single": true}"#,
            "3:45: User rule 1 (title): `single` requires a whole multi-valued attribute, and `title` is not one",
        ),
        (
            r#"{"scim": "title", "keep": true, "default": "x"}"#,
            "3:48: User rule 1 (title): a `default` is written to a field of the app, but this rule writes none",
        ),
        // Between rules.
        (
            r#"{"scim": "title", "app": "t"}, {"scim": "TITLE", "app": "u"}"#,
            r#"3:45: User rule 2 (TITLE): rule 1 already returns this attribute; set "direction": "to-app" on one of them"#,
        ),
        (
            r#"{"scim": "name", "keep": true}, {"scim": "name.givenName", "keep": true}"#,
            r#"3:46: User rule 2 (name.givenName): rule 1 already returns this attribute; set "direction": "to-app" on one of them"#,
        ),
        (
            r#"{"scim": "title", "app": "t", "match": 1}, {"scim": "nickName", "app": "n", "match": 1}"#,
            "3:90: User rule 2 (nickName): rule 1 already has match precedence 1; use another number",
        ),
        (
            r#"{"scim": "title", "app": "t"}, {"scim": "nickName", "app": "t.n"}"#,
            "3:64: User rule 2 (nickName): the field `t.n` overlaps `t`, which rule 1 writes; write either the whole field or its parts",
        ),
    ] {
        assert_eq!(faults(&with_rule(rule)), [format!("m.json:{expected}")], "{rule}");
    }
}

#[test]
fn an_expression_that_does_not_parse_is_reported_inside_its_text() {
    let fault = faults(&with_rule(r#"{"scim": "title", "app": "t", "expression": "title +"}"#)).remove(0);
    assert!(fault.starts_with("m.json:3:"), "{fault}");
    let column: usize = fault.split(':').nth(2).unwrap().parse().unwrap();
    assert!((50..=57).contains(&column), "{fault}");
    assert!(fault.contains("User rule 1 (title): the expression does not parse: "), "{fault}");
}

#[test]
fn errors_of_the_document_itself_are_located_too() {
    for (text, expected) in [
        ("{\n \"resource-types\": {},\n}", "m.json:3:1: not valid JSON: trailing comma"),
        ("", "m.json:1:1: not valid JSON: EOF while parsing a value"),
        ("{}", "m.json:1:1: the document must have `resource-types`"),
        ("[]", "m.json:1:1: the document must be of type object"),
        (
            "{\"resource-types\": {},\n \"resource-type\": 1}",
            "m.json:2:2: unknown property `resource-type`; did you mean `resource-types`?",
        ),
        (
            "{\"resource-types\": {\"Usr\": []}}",
            "m.json:1:21: the connector has no resource type `Usr`; did you mean `User`?",
        ),
        ("{\"resource-types\": {\"User\": {}}}", "m.json:1:29: `User` must be of type array"),
    ] {
        assert_eq!(faults(text), [expected], "{text}");
    }
}

#[test]
fn all_errors_are_reported_at_once_in_the_order_of_the_text() {
    let text = json!({"resource-types": {
        "User": [{"scim": "titel", "app": "a b"}, {"scim": "title", "app": "t", "what": 1}, {"scim": "nickName"}],
        "Team": [],
    }});
    let text = serde_json::to_string_pretty(&text).unwrap();
    let faults = faults(&text);
    assert_eq!(faults.len(), 5, "{faults:#?}");
    let lines: Vec<usize> = faults.iter().map(|fault| fault.split(':').nth(1).unwrap().parse().unwrap()).collect();
    assert!(lines.is_sorted(), "{lines:?}");
}

#[test]
fn an_incremental_field_requires_a_plain_rule() {
    let text =
        "{\"resource-types\": {\"Group\": [\n{\"scim\": \"members\", \"app\": \"members\", \"transform\": \"role\"}]}}";
    assert_eq!(
        faults(text),
        [
            "m.json:2:28: Group rule 1 (members): the app adds and removes items of `members` one by one, which requires \
          a plain rule on a whole multi-valued attribute"
        ]
    );
}

#[test]
fn a_default_with_a_connectors_transform_is_checked_by_the_connector() {
    let samanage = mapping(SAMANAGE);
    let defaults: Vec<_> = samanage.defaults_to_check().collect();
    let [default] = defaults.as_slice() else { panic!("one default") };
    assert_eq!((default.transform.as_str(), default.text.as_str()), ("role", r#"{"displayName": "Requester"}"#));
    assert_eq!(
        default.refused("write {\"displayName\":\"<role name>\"}").to_string(),
        "mapping.json:31:20: User rule 13 (roles): invalid default: write {\"displayName\":\"<role name>\"}"
    );
}

#[test]
fn attributes_without_a_rule_are_listed() {
    let unmapped = mapping(SAMANAGE).unmapped(&user());
    for (name, expected) in [
        ("nickName", true),
        ("name.middleName", true),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter", true),
        ("urn:ietf:params:scim:schemas:extension:SpokeCustom:2.0:User:startDate", true),
        ("title", false),
        ("name.givenName", false),
        ("emails", false),
        ("groups", false),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", false),
    ] {
        assert_eq!(unmapped.iter().any(|found| found == name), expected, "{name} in {unmapped:?}");
    }
    assert!(mapping(ASKSPOKE).unmapped(&types()[1]).is_empty());
}
