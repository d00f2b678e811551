//! The keys of resources and groups.

use crate::statement::{Cell, Row};

/// Identifies one resource of one instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourceKey {
    /// The instance's name.
    pub instance: String,
    /// The resource type's name, such as `User`.
    pub resource_type: String,
    /// The SCIM id, as the client knows it.
    pub id: String,
}

/// The same, borrowed and ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key<'a> {
    pub(crate) instance: &'a str,
    pub(crate) resource_type: &'a str,
    pub(crate) id: &'a str,
}

impl<'a> Key<'a> {
    /// The key's columns, in the order of every table that has them.
    pub(crate) fn cells(&self) -> Row<'a> {
        [self.instance, self.resource_type, self.id].map(Cell::text).to_vec()
    }
}

impl<'a> From<&'a ResourceKey> for Key<'a> {
    fn from(key: &'a ResourceKey) -> Self {
        Self { instance: &key.instance, resource_type: &key.resource_type, id: &key.id }
    }
}

/// Identifies a group of an instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupKey {
    /// The instance's name.
    pub instance: String,
    /// The group's id.
    pub group: String,
}

impl GroupKey {
    pub(crate) fn cells(&self) -> Row<'_> {
        [&self.instance, &self.group].map(|text| Cell::text(text)).to_vec()
    }
}
