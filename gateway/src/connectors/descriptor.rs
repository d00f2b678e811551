//! What a connector says of itself: the JSON of `describe()`, checked against `wit/descriptor.schema.json` and read
//! into types.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use scim_protocol::ResourceType;
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::{Map, Value};

use super::settings::Setting;
use super::values::Document;
use super::whereabouts::BaseUrlSource;

/// Major and minor version of the WIT package that this gateway speaks.
pub const CONTRACT: &str = "0.1";

/// The published schema, for tools.
pub const DESCRIPTOR_SCHEMA: &str = include_str!("../../../wit/descriptor.schema.json");

/// A connector's description of itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Descriptor {
    /// Major and minor version of the contract that it was built against.
    pub contract: String,
    /// Names the connector in configuration, logs and metrics.
    pub id: String,
    /// The app's name, for people.
    pub name: String,
    /// Semver of the connector.
    pub version: String,
    /// For the administrator.
    #[serde(default)]
    pub description: String,
    /// Where the app is.
    pub base_url: BaseUrlSource,
    /// The credentials that the app accepts.
    pub auth: Vec<AuthMethod>,
    /// What the operator may set, by name.
    #[serde(default)]
    pub settings: BTreeMap<String, Setting>,
    /// How hard the app may be worked.
    #[serde(default)]
    pub app: AppPace,
    /// The SCIM resource types offered.
    pub resource_types: Vec<OfferedResourceType>,
    /// Names of the connector's own value transforms.
    #[serde(default)]
    pub transforms: Vec<String>,
    /// The default mapping document.
    pub mapping: Document,
}

/// One way to authenticate at the app.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct AuthMethod {
    /// How the credential travels.
    pub kind: AuthKind,
    /// The header's name; for [`AuthKind::Header`] only.
    pub header: Option<String>,
    /// What stands before the credential; for [`AuthKind::Header`] only.
    pub scheme: Option<String>,
    /// Never chosen unless the operator asks for it.
    #[serde(default)]
    pub legacy: bool,
}

/// How a credential travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthKind {
    /// `Authorization: Bearer …`.
    Bearer,
    /// A header of the app's own.
    Header,
    /// User name and password (RFC 7617).
    Basic,
}

/// How hard the app may be worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct AppPace {
    /// Calls at the same time, per instance.
    pub concurrency: usize,
    /// Calls that one operation may make.
    pub max_sends: u32,
}

impl Default for AppPace {
    fn default() -> Self {
        Self { concurrency: 8, max_sends: 200 }
    }
}

/// A SCIM resource type and what the app can do with it.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferedResourceType {
    /// Name, endpoint, schema and extensions.
    pub scim: ResourceType,
    /// What the app can do with it.
    pub abilities: Abilities,
}

/// What the app can do with one resource type.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Abilities {
    /// App field to the operators that the app's search can do.
    #[serde(default)]
    pub filters: BTreeMap<String, Vec<String>>,
    /// How the app pages.
    pub paging: Paging,
    /// Multi-valued app fields that take added and removed items.
    #[serde(default)]
    pub incremental: Vec<String>,
    /// What inactive means in the app.
    #[serde(default)]
    pub deactivation: Deactivation,
    /// How many groups a user may be in.
    #[serde(default)]
    pub memberships: Memberships,
    /// SCIM attributes that the app cannot change once they are set.
    #[serde(default)]
    pub immutable: Vec<String>,
}

/// How the app pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Paging {
    /// How a page is named.
    pub kind: PagingKind,
    /// The most that one page holds.
    pub max_page_size: u32,
}

/// How a page is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PagingKind {
    /// Numbered pages: offsets are multiples of the limit.
    Page,
    /// Any offset.
    Index,
    /// By what the page before gave.
    Cursor,
}

/// What inactive means in the app.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deactivation {
    /// The account stays and cannot be used.
    #[default]
    Disables,
    /// The account is destroyed.
    Removes,
}

/// How many groups a user may be in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Memberships {
    /// Any number.
    #[default]
    Many,
    /// At most one.
    OneGroupPerUser,
}

/// What is wrong with a descriptor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DescriptorError {
    /// Not JSON.
    #[error("it is not JSON: {0}")]
    NotJson(String),
    /// It does not satisfy the schema.
    #[error("it does not satisfy wit/descriptor.schema.json: {}", .0.join("; "))]
    Schema(Vec<String>),
    /// It was built for another contract.
    #[error("it speaks contract {0}, this gateway speaks {CONTRACT}: rebuild the connector with the matching wit/")]
    Contract(String),
    /// It satisfies the schema and contradicts itself.
    #[error("{0}")]
    Contradiction(String),
}

impl Descriptor {
    /// Reads the text that `describe()` gave.
    ///
    /// # Errors
    /// [`DescriptorError`], which names the place by JSON pointer.
    pub fn parse(text: &str) -> Result<Self, DescriptorError> {
        let value: Value = serde_json::from_str(text).map_err(|error| DescriptorError::NotJson(error.to_string()))?;
        if let Some(contract) = value.get("contract").and_then(Value::as_str)
            && contract != CONTRACT
        {
            return Err(DescriptorError::Contract(contract.to_owned()));
        }
        let violations = violations(&value);
        if !violations.is_empty() {
            return Err(DescriptorError::Schema(violations));
        }
        let descriptor =
            Self::deserialize(&value).map_err(|error| DescriptorError::Contradiction(error.to_string()))?;
        descriptor.consistent()?;
        Ok(descriptor)
    }

    /// The way to authenticate that is used when the operator does not choose: the first that is not legacy.
    #[must_use]
    pub fn default_auth(&self) -> Option<&AuthMethod> {
        self.auth.iter().find(|method| !method.legacy)
    }

    /// The resource type of that name, such as `User`.
    #[must_use]
    pub fn resource_type(&self, name: &str) -> Option<&OfferedResourceType> {
        self.resource_types.iter().find(|offered| offered.scim.name == name)
    }

    /// What a JSON Schema cannot say.
    fn consistent(&self) -> Result<(), DescriptorError> {
        let contradiction = |text: String| Err(DescriptorError::Contradiction(text));
        if self.default_auth().is_none() {
            return contradiction("/auth: every method is legacy; one must not be".to_owned());
        }
        let mut seen = Vec::new();
        for offered in &self.resource_types {
            let (name, endpoint) = (&offered.scim.name, &offered.scim.endpoint);
            if seen.iter().any(|(other, at)| *other == name || *at == endpoint) {
                return contradiction(format!("/resource-types: {name} at {endpoint} is there twice"));
            }
            seen.push((name, endpoint));
        }
        for (name, setting) in &self.settings {
            setting
                .consistent()
                .map_err(|problem| DescriptorError::Contradiction(format!("/settings/{name}: {problem}")))?;
        }
        self.base_url.consistent(&self.settings).map_err(DescriptorError::Contradiction)
    }
}

impl<'de> Deserialize<'de> for OfferedResourceType {
    /// One JSON object holds both halves, each reads its own fields of it.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const SCIM: [&str; 5] = ["name", "endpoint", "description", "schema", "extensions"];
        let object = Map::deserialize(deserializer)?;
        let (scim, abilities): (Map<_, _>, Map<_, _>) =
            object.into_iter().partition(|(key, _)| SCIM.contains(&key.as_str()));
        Ok(Self {
            scim: ResourceType::deserialize(Value::Object(scim)).map_err(D::Error::custom)?,
            abilities: Abilities::deserialize(Value::Object(abilities)).map_err(D::Error::custom)?,
        })
    }
}

/// Every place where a descriptor breaks the schema, at most ten of them.
fn violations(descriptor: &Value) -> Vec<String> {
    static VALIDATOR: LazyLock<Result<jsonschema::Validator, String>> = LazyLock::new(|| {
        let schema: Value = serde_json::from_str(DESCRIPTOR_SCHEMA).map_err(|error| error.to_string())?;
        jsonschema::validator_for(&schema).map_err(|error| error.to_string())
    });
    match &*VALIDATOR {
        Ok(validator) => validator
            .iter_errors(descriptor)
            .take(10)
            .map(|error| format!("at `{}`: {}", error.instance_path(), brief(&error.to_string())))
            .collect(),
        Err(problem) => vec![format!("the gateway's own schema does not compile: {problem}")],
    }
}

/// A violation quotes what it found, which may be a whole document.
fn brief(text: &str) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
