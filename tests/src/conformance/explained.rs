//! The table of checks that fail and may.

use super::{Check, ConformanceError};
use serde::Deserialize;
use std::path::Path;

/// Why a check of scim2-tester fails and is no fault.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Explanation {
    /// The connectors that it fails for.
    pub(super) apps: Vec<String>,
    pub(super) check: String,
    #[serde(default)]
    pub(super) resource_type: Option<String>,
    #[serde(default)]
    pub(super) attribute: Option<String>,
    /// What allows it, such as `RFC 7644 §3.5.2`.
    pub(super) section: String,
    pub(super) reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    explained: Vec<Explanation>,
}

/// Reads the table.
///
/// # Errors
/// It cannot be read, or an entry has no section or no reason.
pub(super) fn load(path: &Path) -> Result<Vec<Explanation>, ConformanceError> {
    let wrong = |message: String| ConformanceError::Table(path.to_owned(), message);
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let table: Table = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    match table.explained.iter().find(|each| !each.section.starts_with("RFC ") || each.reason.is_empty()) {
        Some(each) => Err(wrong(format!("{} needs a section of an RFC and a reason", each.key()))),
        None => Ok(table.explained),
    }
}

impl Explanation {
    pub(super) fn is_about(&self, connector: &str) -> bool {
        self.apps.iter().any(|app| app == connector)
    }

    pub(super) fn covers(&self, check: &Check) -> bool {
        self.check == check.check && self.resource_type == check.resource_type && self.attribute == check.attribute
    }

    /// How messages name it.
    pub(super) fn key(&self) -> String {
        let about = [&self.resource_type, &self.attribute].into_iter().flatten().map(String::as_str);
        let about: Vec<&str> = about.collect();
        format!("{} of {}", self.check, if about.is_empty() { "the service".to_owned() } else { about.join(" ") })
    }
}
