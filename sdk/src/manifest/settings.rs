//! The settings that an operator can set for an instance.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use toml::Spanned;

/// One setting of `connector.toml`.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(dead_code, reason = "some fields are read for their types only")]
pub(super) struct Setting {
    title: String,
    #[serde(rename = "type")]
    kind: SettingType,
    description: Option<String>,
    options: Option<Vec<Value>>,
    default: Option<Value>,
    #[serde(default)]
    required: bool,
    pattern: Option<String>,
    listed_in: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum SettingType {
    String,
    Boolean,
    Integer,
}

impl SettingType {
    fn holds(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Boolean => value.is_boolean(),
            Self::Integer => value.is_i64() || value.is_u64(),
        }
    }
}

impl Setting {
    pub(super) fn check(&self, all: &BTreeMap<String, Spanned<Self>>) -> Result<(), String> {
        let values = self.options.iter().flatten().chain(&self.default);
        if let Some(value) = values.into_iter().find(|value| !self.kind.holds(value)) {
            return Err(format!("{value} is not of the declared type"));
        }
        if self.pattern.is_some() && self.kind != SettingType::String {
            return Err("only a string can have a `pattern`".to_owned());
        }
        if let Some(list) = &self.listed_in
            && (self.kind != SettingType::String
                || all.get(list).is_none_or(|list| list.get_ref().kind != SettingType::String))
        {
            return Err(format!("`listed-in`: both this and `{list}` must be settings of type string"));
        }
        if self.required && self.default.is_some() {
            return Err("a setting with a default must not be `required`".to_owned());
        }
        match (&self.options, &self.default) {
            (Some(options), Some(default)) if !options.contains(default) => {
                Err(format!("the default {default} is not one of the options"))
            }
            _ => Ok(()),
        }
    }
}

/// A base URL template refers to one setting, which must be required and have a pattern: it becomes part of a host name.
pub(super) fn check_template(template: &str, settings: &BTreeMap<String, Spanned<Setting>>) -> Result<(), String> {
    let name = template.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(name, _)| name);
    let Some(name) = name else { return Err("a template must contain the name of a setting in braces".to_owned()) };
    match settings.get(name).map(Spanned::get_ref) {
        Some(setting) if setting.required && setting.pattern.is_some() => Ok(()),
        Some(_) => {
            Err(format!("setting `{name}` is part of the base URL, so it needs `required = true` and a `pattern`"))
        }
        None => Err(format!("the template refers to a setting `{name}`, which is not declared")),
    }
}
