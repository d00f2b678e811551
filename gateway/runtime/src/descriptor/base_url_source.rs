//! Where an app's base URL comes from: a list of regions, a template with a setting, or the operator.
//!
//! Threat: a setting becomes part of a host name (`https://{organization}.app.example`). A value such as `evil.example/` would
//! send the credential elsewhere, so only the characters of a single host label are allowed.

use super::super::values::Document;
use super::setting::{Setting, SettingKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where an app's base URL comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum BaseUrlSource {
    /// One of several, by region.
    Regions {
        /// Region to base URL.
        regions: BTreeMap<String, String>,
        /// The region that is used unless the operator chooses another.
        default: String,
    },
    /// A URL with the name of a setting in braces.
    Template(String),
    /// The operator configures it.
    Operator,
}

/// Why there is no base URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlSourceError {
    /// The app has no such region.
    #[error("unknown region `{region}`; known regions: {}", .known.join(", "))]
    UnknownRegion {
        /// The given region.
        region: String,
        /// The regions of the app.
        known: Vec<String>,
    },
    /// The app has no regions.
    #[error("this app has no regions; remove `region`")]
    NoRegions,
    /// The operator must configure it.
    #[error("this connector does not know the app's address; set `base-url`")]
    NotGiven,
    /// A setting that is part of the URL is missing.
    #[error("setting `{0}` is required, because it is part of the app's address")]
    SettingMissing(String),
    /// A setting's value would change other parts of the URL.
    #[error("setting `{name}` is part of a host name, so `{value}` may contain only letters, digits and `-`")]
    SettingValue {
        /// The setting.
        name: String,
        /// Its value.
        value: String,
    },
}

impl BaseUrlSource {
    /// The base URL of an instance for which the operator configured none.
    ///
    /// # Errors
    /// [`BaseUrlSourceError`]: what is missing or unknown.
    pub fn resolve(&self, region: Option<&str>, settings: &Document) -> Result<String, BaseUrlSourceError> {
        match (self, region) {
            (Self::Regions { regions, default }, region) => {
                let region = region.unwrap_or(default);
                regions.get(region).cloned().ok_or_else(|| BaseUrlSourceError::UnknownRegion {
                    region: region.to_owned(),
                    known: regions.keys().cloned().collect(),
                })
            }
            (_, Some(_)) => Err(BaseUrlSourceError::NoRegions),
            (Self::Template(template), None) => fill(template, settings),
            (Self::Operator, None) => Err(BaseUrlSourceError::NotGiven),
        }
    }

    pub(super) fn consistent(&self, settings: &BTreeMap<String, Setting>) -> Result<(), String> {
        match self {
            Self::Regions { regions, default } if !regions.contains_key(default) => {
                Err(format!("/base-url/default-region: `{default}` is not one of the regions"))
            }
            Self::Template(template) => placeholders(template).try_for_each(|name| match settings.get(name) {
                Some(setting) if setting.kind == SettingKind::String => Ok(()),
                _ => Err(format!("/base-url/template: `{{{name}}}` is not a setting of type string")),
            }),
            _ => Ok(()),
        }
    }
}

fn fill(template: &str, settings: &Document) -> Result<String, BaseUrlSourceError> {
    placeholders(template).try_fold(template.to_owned(), |url, name| {
        let value = settings
            .get(name)
            .and_then(|value| value.as_str())
            .ok_or_else(|| BaseUrlSourceError::SettingMissing(name.to_owned()))?;
        let label = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if value.is_empty() || !value.chars().all(label) {
            return Err(BaseUrlSourceError::SettingValue { name: name.to_owned(), value: value.to_owned() });
        }
        Ok(url.replace(&format!("{{{name}}}"), value))
    })
}

fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// The form in the descriptor.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    regions: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<String>,
}

impl From<BaseUrlSource> for Written {
    fn from(source: BaseUrlSource) -> Self {
        match source {
            BaseUrlSource::Regions { regions, default } => {
                Self { regions: Some(regions), default_region: Some(default), ..Self::default() }
            }
            BaseUrlSource::Template(template) => Self { template: Some(template), ..Self::default() },
            BaseUrlSource::Operator => Self::default(),
        }
    }
}

impl TryFrom<Written> for BaseUrlSource {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match (written.regions, written.default_region, written.template) {
            (Some(regions), Some(default), None) => Ok(Self::Regions { regions, default }),
            (None, None, Some(template)) => Ok(Self::Template(template)),
            (None, None, None) => Ok(Self::Operator),
            _ => Err("base-url must contain `regions` with `default-region`, or `template`, or nothing"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_base_url_comes_from_a_region_or_a_setting_or_the_error_tells_what_is_missing() {
        let regions =
            json!({ "regions": { "us": "https://us.example", "eu": "https://eu.example" }, "default-region": "us" });
        let template = json!({ "template": "https://{organization}.app.example/scim/v2" });
        let cases: [(&Value, Option<&str>, Value, &str); 9] = [
            (&regions, None, json!({}), "https://us.example"),
            (&regions, Some("eu"), json!({}), "https://eu.example"),
            (&regions, Some("mars"), json!({}), "unknown region `mars`; known regions: eu, us"),
            (&template, None, json!({ "organization": "acme" }), "https://acme.app.example/scim/v2"),
            (&template, None, json!({}), "setting `organization` is required, because it is part of the app's address"),
            (
                &template,
                None,
                json!({ "organization": "evil.example/" }),
                "setting `organization` is part of a host name, so `evil.example/` may contain only letters, digits and `-`",
            ),
            (
                &template,
                None,
                json!({ "organization": "" }),
                "setting `organization` is part of a host name, so `` may contain only letters, digits and `-`",
            ),
            (&template, Some("eu"), json!({}), "this app has no regions; remove `region`"),
            (&json!({}), None, json!({}), "this connector does not know the app's address; set `base-url`"),
        ];
        for (written, region, settings, expected) in cases {
            let source = BaseUrlSource::deserialize(written).unwrap();
            assert_eq!(&serde_json::to_value(&source).unwrap(), written, "it is written as it was read");
            let outcome = source.resolve(region, settings.as_object().unwrap());
            assert_eq!(outcome.unwrap_or_else(|error| error.to_string()), expected);
        }
    }
}
