//! The settings that a connector declares and the operator sets.

use super::super::values::Document;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One declared setting.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Setting {
    /// For people, a few words.
    pub title: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: SettingKind,
    /// For the administrator.
    #[serde(default)]
    pub description: String,
    /// The only allowed values, if there are any.
    #[serde(default)]
    pub options: Vec<Value>,
    /// The value that is used unless the operator sets another.
    pub default: Option<Value>,
    /// The operator must set it.
    #[serde(default)]
    pub required: bool,
    /// A regular expression that a string must match.
    pub pattern: Option<String>,
    /// Another setting, which lists the allowed values, separated by `;`. If it lists none, every value is allowed.
    pub listed_in: Option<String>,
}

/// What a setting's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingKind {
    /// Text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
}

/// What is wrong with an operator's settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// The connector declares no such setting.
    #[error("unknown setting `{name}`; {}", known_settings(.known))]
    Unknown {
        /// The given name.
        name: String,
        /// The declared settings.
        known: Vec<String>,
    },
    /// It must be set.
    #[error("setting `{name}` ({title}) is required")]
    Missing {
        /// The setting.
        name: String,
        /// What it is.
        title: String,
    },
    /// The value is not allowed.
    #[error("setting `{name}`: {problem}")]
    Value {
        /// The setting.
        name: String,
        /// What is wrong, and what is expected.
        problem: String,
    },
}

/// Checks the operator's settings and adds the declared defaults.
///
/// # Errors
/// All mistakes, not only the first.
pub fn resolve(declared: &BTreeMap<String, Setting>, given: &Document) -> Result<Document, Vec<SettingError>> {
    let unknown = given
        .keys()
        .filter(|name| !declared.contains_key(*name))
        .map(|name| SettingError::Unknown { name: name.clone(), known: declared.keys().cloned().collect() });
    let mut errors: Vec<_> = unknown.collect();
    let mut settings = Document::new();
    for (name, setting) in declared {
        match given.get(name) {
            Some(value) => match setting.check(value) {
                Ok(()) => drop(settings.insert(name.clone(), value.clone())),
                Err(problem) => errors.push(SettingError::Value { name: name.clone(), problem }),
            },
            None if setting.required => {
                errors.push(SettingError::Missing { name: name.clone(), title: setting.title.clone() });
            }
            None => settings.extend(setting.default.clone().map(|value| (name.clone(), value))),
        }
    }
    errors.extend(declared.iter().filter_map(|(name, setting)| {
        let problem = setting.unlisted(settings.get(name)?, &settings)?;
        Some(SettingError::Value { name: name.clone(), problem })
    }));
    if errors.is_empty() { Ok(settings) } else { Err(errors) }
}

impl Setting {
    /// A default must be a value that the operator could set, and what lists the values must be a text.
    pub(super) fn consistent(&self, all: &BTreeMap<String, Self>) -> Result<(), String> {
        self.validator()?;
        if let Some(list) = &self.listed_in
            && all.get(list).is_none_or(|list| list.kind != SettingKind::String)
        {
            return Err(format!("`listed-in`: there is no setting `{list}` of type string"));
        }
        self.default.iter().try_for_each(|value| self.check(value).map_err(|problem| format!("its default: {problem}")))
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        self.validator()?.validate(value).map_err(|error| error.to_string())
    }

    /// What is wrong with a value that the other setting does not list.
    fn unlisted(&self, value: &Value, settings: &Document) -> Option<String> {
        let list = self.listed_in.as_ref()?;
        let listed = settings.get(list).and_then(Value::as_str)?;
        let names: Vec<&str> = listed.split(';').map(str::trim).filter(|name| !name.is_empty()).collect();
        let value = value.as_str().filter(|value| !value.is_empty())?;
        let is_listed = names.is_empty() || names.contains(&value);
        (!is_listed).then(|| format!("\"{value}\" is not listed in `{list}`: write one of {}", names.join("; ")))
    }

    /// A setting is equivalent to a small JSON Schema.
    fn validator(&self) -> Result<jsonschema::Validator, String> {
        let mut schema = json!({ "type": match self.kind {
            SettingKind::String => "string",
            SettingKind::Boolean => "boolean",
            SettingKind::Integer => "integer",
        } });
        if let Some(object) = schema.as_object_mut() {
            object.extend(self.pattern.as_ref().map(|pattern| ("pattern".to_owned(), json!(pattern))));
            if !self.options.is_empty() {
                object.insert("enum".to_owned(), json!(self.options));
            }
        }
        jsonschema::validator_for(&schema).map_err(|error| error.to_string())
    }
}

fn known_settings(names: &[String]) -> String {
    if names.is_empty() {
        "this connector has no settings".to_owned()
    } else {
        format!("known settings: {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared() -> BTreeMap<String, Setting> {
        serde_json::from_value(json!({
            "organization": { "title": "Organization", "type": "string", "required": true, "pattern": "^[a-z0-9-]+$" },
            "unknown-references": { "title": "…", "type": "string", "options": ["refuse", "create"], "default": "refuse" },
            "pages": { "title": "Pages", "type": "integer" },
            "sites": { "title": "Sites", "type": "string", "default": "" },
            "site": { "title": "Site", "type": "string", "default": "", "listed-in": "sites" }
        }))
        .unwrap()
    }

    fn outcome(given: &Value) -> Result<Value, String> {
        resolve(&declared(), given.as_object().unwrap())
            .map(Value::Object)
            .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | "))
    }

    #[test]
    fn defaults_are_used_for_settings_that_the_operator_omits() {
        assert_eq!(
            outcome(&json!({ "organization": "acme" })),
            Ok(json!({ "organization": "acme", "unknown-references": "refuse", "sites": "", "site": "" }))
        );
    }

    #[test]
    fn all_mistakes_are_reported_at_once() {
        let said = outcome(&json!({ "unknown-references": "perhaps", "pages": "3", "colour": "red" })).unwrap_err();
        for part in [
            "unknown setting `colour`; known settings: organization, pages, site, sites, unknown-references",
            "setting `organization` (Organization) is required",
            "setting `pages`: \"3\" is not of type \"integer\"",
            "setting `unknown-references`: \"perhaps\" is not one of",
        ] {
            assert!(said.contains(part), "{part} in {said}");
        }
    }

    #[test]
    fn a_value_is_one_of_those_that_another_setting_lists() {
        let given = |sites: &str, site: &str| outcome(&json!({ "organization": "acme", "sites": sites, "site": site }));
        assert!(given("", "Oslo").is_ok(), "nothing is listed");
        assert!(given("Oslo; New York", "").is_ok() && given("Oslo; New York", "New York").is_ok());
        let said = given("Oslo; New York", "oslo").unwrap_err();
        assert_eq!(said, "setting `site`: \"oslo\" is not listed in `sites`: write one of Oslo; New York");
        let mut declared = declared();
        declared.remove("sites");
        let said = declared["site"].consistent(&declared).unwrap_err();
        assert_eq!(said, "`listed-in`: there is no setting `sites` of type string");
    }

    #[test]
    fn a_pattern_is_enforced() {
        assert!(outcome(&json!({ "organization": "evil.example/" })).is_err());
    }

    #[test]
    fn a_default_outside_the_options_is_a_contradiction() {
        let setting: Setting =
            serde_json::from_value(json!({ "title": "t", "type": "string", "options": ["a"], "default": "b" }))
                .unwrap();
        assert!(setting.consistent(&BTreeMap::new()).unwrap_err().starts_with("its default: "));
    }
}
