//! A checked mapping document.

use super::check::{self, Checked};
use super::connector_facts::ConnectorFacts;
use super::default_to_check::DefaultToCheck;
use super::error::MappingErrors;
use super::nearest::hint;
use super::type_mapping::TypeMapping;
use scim_protocol::ResourceType;
use std::collections::BTreeMap;

/// A checked mapping document.
#[derive(Debug)]
pub struct Mapping {
    types: BTreeMap<String, TypeMapping>,
    defaults: Vec<DefaultToCheck>,
}

impl Mapping {
    /// Checks and compiles a document. `source_name` is its name in messages, usually a file name.
    ///
    /// A resource type of the connector that the document does not mention has no rules.
    ///
    /// # Errors
    /// All errors, in the order of the text.
    pub fn parse(
        text: &str,
        source_name: &str,
        types: &[ResourceType],
        facts: &ConnectorFacts,
    ) -> Result<Self, MappingErrors> {
        let Checked { types, defaults } = check::parse(text, source_name, types, facts)?;
        Ok(Self { types, defaults })
    }

    /// The rules of a resource type, by its name.
    pub fn of(&self, resource_type: &str) -> Option<&TypeMapping> {
        self.types.get(resource_type)
    }

    /// The rules of every resource type, by its name.
    pub fn into_types(self) -> BTreeMap<String, TypeMapping> {
        self.types
    }

    /// The attributes of the resource type that no rule takes: what clients send for them is ignored.
    pub fn unmapped(&self, resource_type: &ResourceType) -> Vec<String> {
        self.of(&resource_type.name).map(|mapping| mapping.unmapped(resource_type)).unwrap_or_default()
    }

    /// Why a field that the connector's descriptor names (`filters`, `incremental`) means nothing in this mapping: no rule of the
    /// resource type has it.
    pub fn unknown_field(&self, resource_type: &str, field: &str) -> Option<String> {
        let fields = self.of(resource_type).map(TypeMapping::fields).unwrap_or_default();
        if fields.iter().any(|(known, is_list)| *known == field || *is_list && is_part(field, known)) {
            return None;
        }
        let known: Vec<&str> = fields.iter().map(|(known, _)| *known).collect();
        let hint = hint(field, known);
        Some(format!("no rule of {resource_type} has the app's field `{field}`{hint}"))
    }

    /// The defaults that the connector must check (`transforms.check-default`) before the mapping is used.
    pub fn defaults_to_check(&self) -> impl Iterator<Item = &DefaultToCheck> {
        self.defaults.iter()
    }
}

/// Whether a field is a sub-attribute of the elements of another: `members.value`.
fn is_part(field: &str, list: &str) -> bool {
    field.strip_prefix(list).and_then(|rest| rest.strip_prefix('.')).is_some_and(|part| !part.contains('.'))
}
