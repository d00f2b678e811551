//! A connector's description of itself.

use super::super::contract::CONTRACT;
use super::super::values::Document;
use super::app_limits::AppLimits;
use super::auth_method::AuthMethod;
use super::base_url_source::BaseUrlSource;
use super::error::DescriptorError;
use super::offered::OfferedResourceType;
use super::schema::violations;
use super::setting::Setting;
use super::sizes;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A connector's description of itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Descriptor {
    /// Major and minor version of the contract that it was built for.
    pub contract: String,
    /// Identifies the connector in configuration, logs and metrics.
    pub id: String,
    /// The app's name, for people.
    pub name: String,
    /// Version of the connector (semver).
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
    /// How heavily the app may be used.
    #[serde(default)]
    pub app: AppLimits,
    /// The SCIM resource types offered.
    pub resource_types: Vec<OfferedResourceType>,
    /// Names of the connector's own value transforms.
    #[serde(default)]
    pub transforms: Vec<String>,
    /// The default mapping document.
    pub mapping: Document,
}

impl Descriptor {
    /// Parses the text that `describe()` returned.
    ///
    /// # Errors
    /// [`DescriptorError`], which locates the mistake with a JSON pointer.
    pub fn parse(text: &str) -> Result<Self, DescriptorError> {
        let value = sizes::parse(text)?;
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

    /// The authentication method that is used unless the operator chooses another: the first that is not legacy.
    #[must_use]
    pub fn default_auth(&self) -> Option<&AuthMethod> {
        self.auth.iter().find(|method| !method.legacy)
    }

    /// The resource type of that name, such as `User`.
    #[must_use]
    pub fn resource_type(&self, name: &str) -> Option<&OfferedResourceType> {
        self.resource_types.iter().find(|offered| offered.scim.name == name)
    }

    /// Checks what a JSON Schema cannot express.
    fn consistent(&self) -> Result<(), DescriptorError> {
        let contradiction = |text: String| Err(DescriptorError::Contradiction(text));
        if self.default_auth().is_none() {
            return contradiction("/auth: at least one method must not be legacy".to_owned());
        }
        let mut seen = Vec::new();
        for offered in &self.resource_types {
            let (name, endpoint) = (&offered.scim.name, &offered.scim.endpoint);
            if seen.iter().any(|(other, at)| *other == name || *at == endpoint) {
                return contradiction(format!("/resource-types: {name} at {endpoint} is defined twice"));
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
