//! The rules of a mapping document as they are written.

use serde::Deserialize;
use serde_json::Value;

/// A rule as it is written.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RuleDocument {
    pub(super) scim: String,
    pub(super) app: Option<String>,
    pub(super) constant: Option<Value>,
    pub(super) expression: Option<String>,
    pub(super) inverse: Option<String>,
    pub(super) default: Option<Value>,
    #[serde(default)]
    pub(super) apply: Apply,
    #[serde(default)]
    pub(super) direction: Direction,
    #[serde(rename = "match")]
    pub(super) precedence: Option<u64>,
    pub(super) transform: Option<String>,
    pub(super) reference: Option<String>,
    #[serde(default)]
    pub(super) keep: bool,
    #[serde(default)]
    pub(super) single: bool,
}

impl RuleDocument {
    pub(super) fn deserialize_from(rule: &Value) -> Result<Self, String> {
        Self::deserialize(rule).map_err(|error| error.to_string())
    }
}

/// When a rule writes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Apply {
    #[default]
    Always,
    OnCreate,
}

/// The direction in which a rule works.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Direction {
    #[default]
    Both,
    ToApp,
    ToScim,
}
