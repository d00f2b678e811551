//! The differences between the instances that were served and those that were built.

use super::host::Host;
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
    /// Where an instance sends its credential from now on, if it is new or that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<HostChange>,
}

/// A change of host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostChange {
    /// The host before; absent for a new instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Host>,
    /// The host from now on.
    pub to: Host,
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
        Self { of, name: name.to_string(), change, version: None, host: None }
    }

    pub(super) fn at(self, version: &Sha256) -> Self {
        Self { version: Some(version.short()), ..self }
    }

    /// With the host before and after, if they differ.
    pub(super) fn host(self, from: Option<Host>, to: Host) -> Self {
        let host = (from.as_ref() != Some(&to)).then_some(HostChange { from, to });
        Self { host, ..self }
    }
}

impl fmt::Display for Change {
    /// `instance acme: mapping 3fa8c0d1`, or `instance acme: configuration, host https://new.example instead of https://old.example`.
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
        self.version.iter().try_for_each(|version| write!(f, " {version}"))?;
        match &self.host {
            None => Ok(()),
            Some(HostChange { from: None, to }) => write!(f, ", host {to}"),
            Some(HostChange { from: Some(from), to }) => write!(f, ", host {to} instead of {from}"),
        }
    }
}
