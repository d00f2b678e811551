//! One resource type of one instance.

use crate::connectors::{Abilities, Connector, Deactivation, OfferedResourceType};
use crate::mapping::{Mapping, TypeMapping};
use scim_protocol::Slot;
use scim_protocol::path::AttributePath;
use scim_protocol::resource_type::ResourceType;
use scim_protocol::schema::{Mutability, Schema};
use std::sync::Arc;

/// Whether a user may use the app (RFC 7643 §4.1.1).
pub(super) const ACTIVE: &str = "active";

/// A resource type, what the app can do with it, and its mapping.
#[derive(Debug)]
pub struct Kind {
    /// Its name, endpoint and schemas.
    pub scim: ResourceType,
    /// What the app can do with it.
    pub abilities: Abilities,
    /// How its attributes and the app's fields correspond.
    pub mapping: TypeMapping,
    /// What cannot be changed once it is set.
    pub(super) immutable: Vec<Slot>,
}

impl Kind {
    /// The resource types of a connector, in the descriptor's order, with a mapping that was checked against them.
    #[must_use]
    pub fn all(connector: &Connector, mapping: Mapping) -> Arc<[Self]> {
        let mut mappings = mapping.into_types();
        let offered = connector.descriptor.resource_types.iter();
        offered
            .map(|OfferedResourceType { scim, abilities }| Self {
                scim: scim.clone(),
                abilities: abilities.clone(),
                mapping: mappings.remove(&scim.name).unwrap_or_default(),
                immutable: immutable(scim, abilities),
            })
            .collect()
    }

    /// Whether a user can be deactivated: the app removes whoever becomes inactive, or a rule takes `active`. Where the schema has no
    /// `active`, nobody asks.
    #[must_use]
    pub fn takes_active(&self) -> bool {
        let is_known = self.scim.schema.attributes.iter().any(|attribute| attribute.name == ACTIVE);
        !is_known || self.removes() || self.mapping.writes(ACTIVE)
    }

    /// The attributes that no rule takes: what clients send for them is ignored.
    #[must_use]
    pub fn untaken(&self) -> Vec<String> {
        self.mapping.unmapped(&self.scim).into_iter().filter(|name| !(name == ACTIVE && self.removes())).collect()
    }

    /// Whether the app removes an account that becomes inactive.
    #[must_use]
    pub fn removes(&self) -> bool {
        self.abilities.deactivation == Deactivation::Removes
    }
}

/// The attributes of a resource type that cannot be changed once they are set: the app cannot, as its connector declares (a user name
/// that is the account), or the schema says so.
fn immutable(scim: &ResourceType, abilities: &Abilities) -> Vec<Slot> {
    let of = |schema: &Schema, urn: Option<&str>| -> Vec<AttributePath> {
        let named = |name: &String| AttributePath { schema: urn.map(str::to_owned), ..AttributePath::core(name) };
        let fixed = schema.attributes.iter().filter(|attribute| {
            let is_declared = urn.is_none() && abilities.immutable.contains(&attribute.name);
            is_declared || attribute.mutability == Mutability::Immutable
        });
        fixed.map(|attribute| named(&attribute.name)).collect()
    };
    let extended = scim.extensions.iter().flat_map(|extension| of(&extension.schema, Some(&extension.schema.id)));
    of(&scim.schema, None).into_iter().chain(extended).filter_map(|path| scim.slot(&path)).collect()
}
