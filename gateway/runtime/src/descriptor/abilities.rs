//! What an app can do with one resource type.

use serde::Deserialize;
use std::collections::BTreeMap;

/// What the app can do with one resource type.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Abilities {
    /// App field to the operators that the app's search supports.
    #[serde(default)]
    pub filters: BTreeMap<String, Vec<String>>,
    /// How the app pages.
    pub paging: Paging,
    /// Multi-valued app fields to which items can be added and from which they can be removed.
    #[serde(default)]
    pub incremental: Vec<String>,
    /// What deactivation means in the app.
    #[serde(default)]
    pub deactivation: Deactivation,
    /// How many groups a user may be in.
    #[serde(default)]
    pub memberships: Memberships,
    /// SCIM attributes that the app cannot change after they were set.
    #[serde(default)]
    pub immutable: Vec<String>,
}

/// How the app pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Paging {
    /// How a page is requested.
    pub kind: PagingKind,
    /// The most resources on one page.
    pub max_page_size: u32,
}

/// How a page is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PagingKind {
    /// Numbered pages: offsets are multiples of the limit.
    Page,
    /// Any offset.
    Index,
    /// By the cursor that the previous page returned.
    Cursor,
}

/// What deactivation means in the app.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deactivation {
    /// The account is kept but cannot be used.
    #[default]
    Disables,
    /// The account is deleted.
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
