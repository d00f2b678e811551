//! The default mapping: checks each rule by itself and against the connector's schemas and transforms. The gateway checks the
//! document as a whole when it loads it.

use super::mistake::{Mistake, Source};
use super::schema::ResourceSchemas;
use crate::FieldPath;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::num::NonZeroU32;

/// The gateway's own transforms.
const BUILT_IN: [&str; 5] = ["not", "integer", "string", "lowercase", "trim"];

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "`$schema` is for editors")]
struct Mapping<'t> {
    #[serde(rename = "$schema")]
    schema: Option<String>,
    #[serde(borrow)]
    resource_types: BTreeMap<String, Vec<&'t RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "some fields are read for their types only")]
struct Rule {
    scim: String,
    app: Option<String>,
    constant: Option<Value>,
    expression: Option<String>,
    inverse: Option<String>,
    default: Option<Value>,
    apply: Option<Apply>,
    direction: Option<Direction>,
    r#match: Option<NonZeroU32>,
    transform: Option<String>,
    reference: Option<String>,
    #[serde(default)]
    keep: bool,
    single: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Apply {
    Always,
    OnCreate,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Direction {
    Both,
    ToApp,
    ToScim,
}

/// Checks each rule of the mapping and returns its JSON without `$schema`.
pub(super) fn parse(
    source: &Source,
    schemas: &BTreeMap<String, ResourceSchemas>,
    transforms: &[String],
) -> Result<Value, Mistake> {
    let mapping: Mapping<'_> = serde_json::from_str(&source.text).map_err(|error| source.json(&error))?;
    for (name, rules) in &mapping.resource_types {
        let Some(resource) = schemas.get(name) else {
            return Err(source.at(0, format!("`{name}` is not a resource type of connector.toml")));
        };
        for (index, raw) in rules.iter().enumerate() {
            let number = index + 1;
            let rule: Rule = serde_json::from_str(raw.get()).map_err(|error| {
                let what = source.json(&error).message;
                source.within(raw, format!("rule {number} of {name}: {what}"))
            })?;
            rule.check(resource, schemas, transforms)
                .map_err(|what| source.within(raw, format!("rule {number} of {name} (`{}`): {what}", rule.scim)))?;
        }
    }
    let mut json: Value = serde_json::from_str(&source.text).map_err(|error| source.json(&error))?;
    if let Value::Object(json) = &mut json {
        json.remove("$schema");
    }
    Ok(json)
}

impl Rule {
    fn check(
        &self,
        resource: &ResourceSchemas,
        schemas: &BTreeMap<String, ResourceSchemas>,
        transforms: &[String],
    ) -> Result<(), String> {
        let slot: FieldPath = self.scim.parse().map_err(|error| format!("{error}"))?;
        if !resource.has(&slot) {
            return Err("the schemas have no such attribute".to_owned());
        }
        match &self.app {
            Some(app) => app.parse::<FieldPath>().map(drop).map_err(|error| format!("`app`: {error}"))?,
            None if self.keep || self.constant.is_some() => {}
            None => return Err("a rule needs the field of the `app`, unless it has `keep` or `constant`".to_owned()),
        }
        if self.constant.is_some() && self.expression.is_some() {
            return Err("a rule can have a `constant` or an `expression`, not both".to_owned());
        }
        if let Some(transform) = &self.transform
            && !BUILT_IN.contains(&transform.as_str())
            && !transforms.contains(transform)
        {
            let known: Vec<&str> = BUILT_IN.into_iter().chain(transforms.iter().map(String::as_str)).collect();
            return Err(format!("unknown transform `{transform}`; known transforms are {}", known.join(", ")));
        }
        match &self.reference {
            Some(reference) if !schemas.contains_key(reference) => {
                Err(format!("`reference`: `{reference}` is not a resource type"))
            }
            _ => Ok(()),
        }
    }
}
