//! What clients send and no rule takes.

use super::overlap::{Overlap, overlap};
use super::rule::has_value;
use super::type_mapping::TypeMapping;
use scim_protocol::schema::{Attribute, Mutability};
use scim_protocol::{Edit, Edits, Object, ResourceType, Slot};
use serde_json::Value;
use std::collections::BTreeSet;

/// The most names that are listed, and the most elements of a list that are looked at: the list is for people.
const MOST: usize = 20;

impl TypeMapping {
    /// Whether what clients write to an attribute of a resource that exists reaches the app.
    pub fn writes(&self, attribute: &str) -> bool {
        let is_it = |slot: &Slot| slot.path.schema.is_none() && slot.path.attribute == attribute;
        self.rules.iter().any(|rule| rule.to_app && !rule.on_create && rule.slots().into_iter().any(is_it))
    }

    /// What a new resource has and no rule takes.
    pub fn untaken_of_new(&self, resource: &Object) -> Vec<String> {
        untaken(&self.slots_taken(true), resource).into_iter().collect()
    }

    /// What a PUT states and no rule takes.
    pub fn untaken_of_put(&self, resource: &Object) -> Vec<String> {
        untaken(&self.slots_taken(false), resource).into_iter().collect()
    }

    /// What the edits of a PATCH change and no rule takes.
    pub fn untaken_of_edits(&self, edits: &Edits) -> Vec<String> {
        let taken = self.slots_taken(false);
        let mut names = BTreeSet::new();
        for edit in &edits.steps {
            if names.len() >= MOST {
                break;
            }
            let written = match edit {
                Edit::Set { value, .. } => Some(value.clone()),
                Edit::Add { items, .. } => Some(Value::Array(items.iter().take(MOST).cloned().collect())),
                Edit::Clear { .. } | Edit::Remove { .. } => None,
            };
            let slot = edit.slot();
            if taken.iter().all(|taken| overlap(slot, taken) == Overlap::Apart) {
                names.insert(slot.to_string());
            } else if let Some(value) = written.filter(|_| slot.selector.is_none()) {
                let mut alone = Object::new();
                slot.put(&mut alone, value);
                names.extend(untaken(&taken, &alone));
            }
        }
        names.into_iter().take(MOST).collect()
    }

    /// The attributes that no rule takes, in the order of the schemas; sub-attributes only if another one of the same attribute is
    /// taken. Attributes that only the server writes are omitted.
    pub fn unmapped(&self, resource_type: &ResourceType) -> Vec<String> {
        let taken = self.slots_taken(true);
        let mut unmapped = Vec::new();
        let extensions = resource_type.extensions.iter().map(|extension| &extension.schema);
        for (urn, schema) in
            std::iter::once((None, &resource_type.schema)).chain(extensions.map(|schema| (Some(&schema.id), schema)))
        {
            for attribute in schema.attributes.iter().filter(|attribute| attribute.mutability != Mutability::ReadOnly) {
                let path = path(urn.map(String::as_str), &attribute.name);
                let takers = takers(&taken, urn.map(String::as_str), &attribute.name);
                if takers.is_empty() {
                    unmapped.push(path);
                } else if !attribute.multi_valued && takers.iter().all(|slot| slot.leaf().is_some()) {
                    unmapped.extend(parts(attribute, &takers).map(|sub| format!("{path}.{sub}")));
                }
            }
        }
        unmapped
    }

    /// The slots whose values reach the app or are kept, when a resource is created or only at every change.
    fn slots_taken(&self, is_new: bool) -> Vec<&Slot> {
        let rules = self.rules.iter().filter(|rule| (rule.to_app || rule.keep) && (is_new || !rule.on_create));
        rules.flat_map(|rule| std::iter::once(&rule.slot).filter(|_| rule.keep).chain(rule.slots())).collect()
    }
}

/// The parts of a resource that none of the slots takes.
fn untaken(taken: &[&Slot], resource: &Object) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (name, value) in resource {
        match value {
            Value::Object(extension) if name.contains(':') => {
                for (attribute, value) in extension {
                    names.extend(untaken_in(taken, Some(name), attribute, value));
                }
            }
            _ if ["schemas", "id", "meta"].contains(&name.as_str()) => {}
            _ => names.extend(untaken_in(taken, None, name, value)),
        }
    }
    names
}

/// The parts of one attribute that none of the slots takes.
fn untaken_in(taken: &[&Slot], urn: Option<&str>, attribute: &str, value: &Value) -> Vec<String> {
    let takers = takers(taken, urn, attribute);
    let path = path(urn, attribute);
    match value {
        _ if !has_value(value) => Vec::new(),
        _ if takers.is_empty() => vec![path],
        _ if takers.iter().any(|slot| slot.is_whole()) => Vec::new(),
        Value::Object(parts) => {
            let is_taken = |part: &str| takers.iter().any(|slot| slot.leaf() == Some(part));
            let untaken = parts.iter().filter(|(part, value)| has_value(value) && !is_taken(part));
            untaken.map(|(part, _)| format!("{path}.{part}")).collect()
        }
        Value::Array(elements) => {
            let untaken = elements.iter().take(MOST).filter(|element| {
                let mut alone = Object::new();
                takers.first().into_iter().for_each(|slot| slot_of_whole(slot).put(&mut alone, listed(element)));
                takers.iter().all(|slot| slot.get(&alone).is_none())
            });
            let named = |element: &Value| match element.get("type").and_then(Value::as_str) {
                Some(kind) => format!("{path}[type eq {kind:?}]"),
                None => path.clone(),
            };
            untaken.map(named).collect()
        }
        _ => Vec::new(),
    }
}

fn listed(element: &Value) -> Value {
    Value::Array(vec![element.clone()])
}

/// The slot of the whole attribute.
fn slot_of_whole(slot: &Slot) -> Slot {
    let mut whole = slot.clone();
    whole.selector = None;
    whole.sub = None;
    whole.path.sub = None;
    whole
}

fn takers<'s>(taken: &[&'s Slot], urn: Option<&str>, attribute: &str) -> Vec<&'s Slot> {
    let is_it = |slot: &&&Slot| slot.path.schema.as_deref() == urn && slot.path.attribute == attribute;
    taken.iter().filter(is_it).copied().collect()
}

fn path(urn: Option<&str>, attribute: &str) -> String {
    urn.map_or_else(|| attribute.to_owned(), |urn| format!("{urn}:{attribute}"))
}

/// The sub-attributes that none of the slots takes.
fn parts<'a>(attribute: &'a Attribute, takers: &'a [&Slot]) -> impl Iterator<Item = &'a str> {
    let is_taken = |sub: &&Attribute| takers.iter().any(|slot| slot.leaf() == Some(sub.name.as_str()));
    let untaken = attribute.sub_attributes.iter().filter(move |sub| !is_taken(sub));
    untaken.filter(|sub| sub.mutability != Mutability::ReadOnly).map(|sub| sub.name.as_str())
}
