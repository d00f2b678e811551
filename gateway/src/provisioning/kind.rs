//! One resource type of one instance.

use super::shown_fields::ShownFields;
use crate::connectors::{Abilities, Connector, Deactivation, OfferedResourceType};
use crate::mapping::{Mapping, ReferenceRule, TypeMapping, Way};
use scim_protocol::path::AttributePath;
use scim_protocol::resource_type::ResourceType;
use scim_protocol::schema::{Mutability, Schema, core};
use scim_protocol::{Slot, Uniqueness, urn};
use std::sync::Arc;

/// The most resources on one page, whatever the connector declares: they are held at once.
const LARGEST_PAGE: u32 = 1000;
/// Whether a user may use the app (RFC 7643 §4.1.1).
pub(super) const ACTIVE: &str = "active";
/// In which groups a user is (RFC 7643 §4.1.2).
pub(super) const GROUPS: &str = "groups";

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
    /// By what clients recognise a resource (`match` in the mapping), in the order in which to try it.
    pub(super) names: Vec<Name>,
    /// What every resource has: the attributes that the schema requires, as far as they come from the app.
    pub(super) required: Vec<RequiredSlot>,
    /// Which fields the app has shown.
    pub(super) shown: ShownFields,
    /// Whether `groups` says in which groups a resource is: those of another type list it, and the app's answers do not say it.
    pub(super) has_groups: bool,
}

/// An attribute by which clients recognise the resources of a type.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) slot: Slot,
    /// The slot's canonical text.
    pub(super) text: String,
    /// Whether the gateway keeps its value where the app cannot hold it.
    pub(super) is_kept: bool,
    /// Whether no two resources may have the same value.
    pub(super) is_unique: bool,
}

/// An attribute that every resource has.
#[derive(Debug)]
pub(super) struct RequiredSlot {
    pub(super) slot: Slot,
    /// The app's field.
    pub(super) field: String,
}

impl Kind {
    /// The resource types of a connector, in the descriptor's order, with a mapping that was checked against them.
    #[must_use]
    pub fn all(connector: &Connector, mapping: Mapping) -> Arc<[Self]> {
        let mut mappings = mapping.into_types();
        let offered = connector.descriptor.resource_types.iter();
        let mut kinds: Vec<Self> = offered
            .map(|OfferedResourceType { scim, abilities }| {
                let mapping = mappings.remove(&scim.name).unwrap_or_default();
                let mut abilities = abilities.clone();
                abilities.paging.max_page_size = abilities.paging.max_page_size.min(LARGEST_PAGE);
                Self {
                    scim: scim.clone(),
                    immutable: immutable(scim, &abilities),
                    names: names(scim, &mapping),
                    abilities,
                    required: required(scim, &mapping),
                    shown: ShownFields::default(),
                    has_groups: false,
                    mapping,
                }
            })
            .collect();
        let are_listed: Vec<bool> =
            kinds.iter().map(|kind| kinds.iter().any(|group| group.lists(kind).is_some())).collect();
        kinds.iter_mut().zip(are_listed).filter(|(_, is_listed)| *is_listed).for_each(|(kind, _)| kind.offer_groups());
        kinds.into()
    }

    /// The attributes whose values are added and removed one by one.
    pub(super) fn incremental(&self) -> impl Iterator<Item = &str> {
        let names = self.scim.schema.attributes.iter().map(|attribute| attribute.name.as_str());
        names.filter(|name| self.mapping.is_incremental(name))
    }

    /// The attributes in which resources of this type list others, such as a group's members.
    pub(super) fn listings(&self) -> impl Iterator<Item = ReferenceRule<'_>> {
        let is_list = |slot: &Slot| slot.is_whole() && self.mapping.is_incremental(&slot.path.attribute);
        self.mapping.references().filter(move |reference| is_list(reference.slot))
    }

    /// The attribute in which resources of this type list those of another.
    pub(super) fn lists(&self, other: &Self) -> Option<&Slot> {
        self.listings().find(|listing| listing.resource_type == other.scim.name).map(|listing| listing.slot)
    }

    /// Gives users the attribute that says in which groups they are, unless the mapping has a rule for it.
    fn offer_groups(&mut self) {
        let known = self.scim.schema.attribute(GROUPS);
        let is_free = known.is_none_or(|known| known.mutability == Mutability::ReadOnly);
        if self.scim.schema.id != urn::USER || !is_free || self.mapping.way(None, GROUPS, None) != Way::Nowhere {
            return;
        }
        if known.is_none() {
            self.scim.schema.attributes.extend(core::user().attribute(GROUPS).cloned());
        }
        self.has_groups = true;
    }

    /// Whether a user can be deactivated: the app removes whoever becomes inactive, or a rule takes `active`. Where the schema has no
    /// `active`, nobody asks.
    #[must_use]
    pub fn takes_active(&self) -> bool {
        self.scim.schema.attribute(ACTIVE).is_none() || self.removes() || self.mapping.writes(ACTIVE)
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

fn names(scim: &ResourceType, mapping: &TypeMapping) -> Vec<Name> {
    let name = |slot: &Slot| Name {
        text: slot.to_string(),
        is_kept: mapping.kept_slots().any(|kept| kept == slot),
        is_unique: scim.resolve_slot(slot).is_some_and(|found| found.attribute.uniqueness != Uniqueness::None),
        slot: slot.clone(),
    };
    mapping.match_slots().into_iter().map(name).collect()
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

fn required(scim: &ResourceType, mapping: &TypeMapping) -> Vec<RequiredSlot> {
    let names = scim.schema.attributes.iter().filter(|attribute| attribute.required).map(|attribute| &attribute.name);
    let slots = names.filter_map(|name| scim.slot(&AttributePath::core(name)));
    slots.filter_map(|slot| Some(RequiredSlot { field: mapping.shown_field(&slot)?.to_owned(), slot })).collect()
}
