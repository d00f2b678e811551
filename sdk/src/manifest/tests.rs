//! A connector's files: valid, and with one mistake each.

use super::*;

const TOML: &str = r#"id = "acme"
name = "Acme"
transforms = ["role"]

[base-url]
default-region = "us"
regions = { us = "https://api.acme.example" }

[[auth]]
kind = "bearer"

[settings.size]
title = "Size"
type = "integer"
default = 3

[[resource-types]]
name = "User"
endpoint = "/Users"
schema = "user.json"
extensions = [{ schema = "extra.json" }]
paging = { kind = "page", max-page-size = 100 }
filters = { email = ["eq"] }
"#;
const USER: &str = r#"{"id": "urn:x:User", "attributes": [
  {"name": "userName", "type": "string"},
  {"name": "name", "type": "complex", "subAttributes": [{"name": "formatted", "type": "string"}]}
]}"#;
const EXTRA: &str = r#"{"id": "urn:x:2.0:Extra", "attributes": [{"name": "badge", "type": "integer"}]}"#;
const MAPPING: &str = r#"{"$schema": "mapping.schema.json", "resource-types": {"User": [
  {"scim": "userName", "app": "email", "match": 1},
  {"scim": "NAME.formatted", "app": "name", "transform": "role"},
  {"scim": "urn:x:2.0:Extra:badge", "app": "badge", "transform": "integer"},
  {"scim": "externalId", "keep": true}
]}}"#;

/// Builds the descriptor of a connector with one text of one file replaced.
fn made(file: &str, from: &str, to: &str) -> Result<Descriptor, Mistake> {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in
        [("connector.toml", TOML), ("user.json", USER), ("extra.json", EXTRA), ("mapping.json", MAPPING)]
    {
        assert!(name != file || text.contains(from), "{from}");
        let text = if name == file { text.replace(from, to) } else { text.to_owned() };
        std::fs::write(directory.path().join(name), text).unwrap();
    }
    descriptor(directory.path(), "1.2.3")
}

#[test]
fn the_descriptor_contains_the_schemas_and_the_mapping() {
    let Descriptor { json, files } = made("", "", "").unwrap();
    assert_eq!(json["contract"], CONTRACT);
    assert_eq!(json["version"], "1.2.3");
    assert_eq!(json["resource-types"][0]["schema"]["id"], "urn:x:User");
    assert_eq!(json["resource-types"][0]["extensions"][0]["schema"]["id"], "urn:x:2.0:Extra");
    assert_eq!(json["mapping"]["resource-types"]["User"][0]["app"], "email");
    assert!(json["mapping"].get("$schema").is_none());
    assert_eq!(files.len(), 4);
}

#[test]
fn a_mistake_is_reported_with_its_file_line_and_column() {
    for (file, from, to, expected) in [
        ("connector.toml", "id = \"acme\"", "id = \"Acme!\"", "connector.toml:1:6: `id` must consist of lower case"),
        ("connector.toml", "name = \"Acme\"", "nane = \"Acme\"", "connector.toml:2:1: unknown field `nane`"),
        ("connector.toml", "= \"us\"", "= \"eu\"", "unknown default region `eu`; known regions are us"),
        ("connector.toml", "https://", "http://", "must start with `https://`"),
        ("connector.toml", "default = 3", "default = \"3\"", "setting `size`: \"3\" is not of the declared type"),
        ("connector.toml", "\"user.json\"", "\"users.json\"", "connector.toml:20:10: "),
        ("connector.toml", "[\"eq\"]", "[\"like\"]", "unknown variant `like`"),
        (
            "connector.toml",
            "{ email =",
            "{ emial =",
            "connector.toml:23:13: `filters`: no rule of User has the app's field `emial`; did you mean `email`?",
        ),
        (
            "connector.toml",
            "filters = { email = [\"eq\"] }",
            "incremental = [\"member\"]",
            "connector.toml:23:16: `incremental`: no rule of User has the app's field `member`; known names are `email`",
        ),
        (
            "connector.toml",
            "default = 3",
            "default = 3\nlisted-in = \"sizes\"",
            "setting `size`: `listed-in`: both this and `sizes` must be settings of type string",
        ),
        ("connector.toml", "kind = \"bearer\"", "kind = \"digest\"", "unknown variant `digest`"),
        ("user.json", "urn:x:User", "User", "user.json:1:13: `User` is not a URN"),
        ("user.json", "\"string\"},", "\"text\"},", "user.json:2:37: unknown variant `text`"),
        ("user.json", "\"complex\"", "\"string\"", "`name` has `subAttributes`, so its type must be `complex`"),
        (
            "mapping.json",
            "\"User\": [",
            "\"Account\": [",
            "the connector has no resource type `Account`; known names are `User`",
        ),
        (
            "mapping.json",
            "\"match\": 1",
            "\"mach\": 1",
            "User rule 1 (userName): unknown property `mach`; did you mean `match`?",
        ),
        ("mapping.json", "userName", "nickName", "mapping.json:2:12: User rule 1 (nickName): "),
        ("mapping.json", "Extra:badge", "Extra:beard", "mapping.json:4:12: User rule 3"),
        (
            "mapping.json",
            "\"role\"",
            "\"rule\"",
            "User rule 2 (NAME.formatted): unknown transform `rule`; did you mean `role`?",
        ),
        (
            "mapping.json",
            ", \"keep\": true",
            "",
            "User rule 4 (externalId): the rule has no field of the app: add `app`",
        ),
        (
            "mapping.json",
            "\"badge\", ",
            "\"badge\", \"reference\": \"Badge\", ",
            "the connector has no resource type `Badge`",
        ),
        (
            "mapping.json",
            "\"transform\": \"role\"",
            "\"expression\": \"coalesce(name.formatted, usrName)\"",
            "did you mean `userName`?",
        ),
        (
            "mapping.json",
            "\"transform\": \"role\"",
            "\"expression\": \"lower(userName\"",
            "the expression does not parse",
        ),
    ] {
        let mistake = made(file, from, to).unwrap_err().to_string();
        assert!(mistake.contains(expected), "{to}: {mistake}");
    }
}

#[test]
fn a_template_needs_a_setting_that_restricts_the_host_name() {
    let base_url = "default-region = \"us\"\nregions = { us = \"https://api.acme.example\" }";
    let template = "template = \"https://{size}.acme.example\"";
    let mistake = made("connector.toml", base_url, template).unwrap_err().to_string();
    assert!(mistake.contains("setting `size` is part of the base URL"), "{mistake}");
    let mistake = made("connector.toml", base_url, "template = \"https://{org}.acme.example\"").unwrap_err();
    assert!(mistake.message.contains("which is not declared"), "{mistake}");
}

#[test]
fn an_expression_is_located_in_the_authors_file_and_every_mistake_is_told() {
    let expression = "\"expression\": \"coalesce(name.formatted, usrName, nick)\"";
    let mistake = made("mapping.json", "\"transform\": \"role\"", expression).unwrap_err();
    let column =
        "  {\"scim\": \"NAME.formatted\", \"app\": \"name\", \"expression\": \"coalesce(name.formatted, ".len() + 1;
    assert_eq!(mistake.place, Some((3, column)), "{mistake}");
    assert_eq!(mistake.to_string().lines().count(), 2, "{mistake}");
}

#[test]
fn a_file_may_begin_with_a_byte_order_mark() {
    assert!(made("mapping.json", "{\"$schema\"", "\u{feff}{\"$schema\"").is_ok());
    assert!(made("connector.toml", "id = \"acme\"", "\u{feff}id = \"acme\"").is_ok());
}
