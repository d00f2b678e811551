//! The differences between the instances that were served and those that were built.

use crate::connectors::Sha256;
use serde::Serialize;
use std::fmt;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What kind of thing changed.
    pub of: Subject,
    /// Its name in the configuration.
    pub name: String,
    /// How it changed.
    pub change: ChangeKind,
    /// The first digits of the SHA-256 of the new mapping or connector, if that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// What can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A `[connectors.<name>]`.
    Connector,
    /// An `[instances.<name>]`.
    Instance,
    /// A key of `[server]`.
    Server,
}

/// How something can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It no longer exists.
    Removed,
    /// Its configuration, or a secret that it refers to.
    Configuration,
    /// Its connector is a different file or version.
    Connector,
    /// Its mapping.
    Mapping,
    /// The tokens that it accepts.
    Tokens,
    /// The file's content.
    File,
}

impl Change {
    pub(super) fn new(of: Subject, name: &dyn fmt::Display, change: ChangeKind) -> Self {
        Self { of, name: name.to_string(), change, version: None }
    }

    pub(super) fn at(self, version: &Sha256) -> Self {
        Self { version: Some(version.short()), ..self }
    }
}

impl fmt::Display for Change {
    /// `instance acme: mapping 3fa8c0d1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = match self.of {
            Subject::Connector => "connector",
            Subject::Instance => "instance",
            Subject::Server => "server",
        };
        let change = match self.change {
            ChangeKind::Added => "added",
            ChangeKind::Removed => "removed",
            ChangeKind::Configuration => "configuration",
            ChangeKind::Connector => "connector",
            ChangeKind::Mapping => "mapping",
            ChangeKind::Tokens => "tokens",
            ChangeKind::File => "file",
        };
        write!(f, "{of} {}: {change}", self.name)?;
        self.version.iter().try_for_each(|version| write!(f, " {version}"))
    }
}
