//! Which SCIM attribute is which field of the app: a document, checked when it is loaded and applied to every request.
//!
//! [`Mapping::parse`] finds every fault of a document and says where it is and what would be right, or compiles the
//! document so that mapping a resource parses nothing. A [`TypeMapping`] then does five things: [`TypeMapping::to_app`] (a new
//! resource), [`TypeMapping::to_scim`] (an answer), [`TypeMapping::change`] (a PATCH, without reading the resource where that is
//! possible), [`TypeMapping::diff`] (a PUT) and [`TypeMapping::push_down`] (a search).
//!
//! The README beside this file is the administrator's view.

mod app_path;
mod change;
mod check;
mod combination;
mod diff;
mod document;
mod error;
mod expression;
mod filters;
mod kept;
mod locate;
mod nearest;
mod overlap;
mod references;
mod rule;
mod state;
mod to_app;
mod to_scim;
mod transform;
mod type_mapping;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use scim_protocol::ResourceType;
use scim_protocol::schema::{Attribute, AttributeType};

pub use change::{AppChange, ItemChange};
pub use document::SCHEMA;
pub use error::{MapError, MappingError, MappingErrors, Problem, RuleName};
pub use filters::{AppComparison, KeptComparison};
pub use kept::{Kept, KeptChange, KeptValue};
pub use locate::Position;
pub use references::{ids_in, replace_ids};
pub use to_app::{AppDocument, Reference};
pub use transform::{TransformFault, Transforms};
pub use type_mapping::{ReferenceRule, TypeMapping, Way};

/// A checked mapping document.
#[derive(Debug)]
pub struct Mapping {
    types: BTreeMap<String, TypeMapping>,
    defaults: Vec<DefaultToCheck>,
}

/// What the connector's descriptor says that a mapping depends on.
#[derive(Debug, Clone, Default)]
pub struct ConnectorFacts {
    /// The names of the connector's own transforms.
    pub transforms: Vec<String>,
    /// Resource type to the fields that take added and removed items.
    pub incremental: BTreeMap<String, Vec<String>>,
}

/// A default that only the connector can judge, because its rule uses one of the connector's transforms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultToCheck {
    /// The transform.
    pub transform: String,
    /// The JSON text exactly as the document holds it.
    pub text: String,
    source_name: String,
    position: Position,
    rule: RuleName,
}

impl DefaultToCheck {
    /// The error for a default that the connector refused, with the connector's words.
    pub fn refused(&self, message: impl Into<String>) -> MappingError {
        MappingError {
            source_name: self.source_name.clone(),
            position: self.position,
            rule: Some(self.rule.clone()),
            problem: Problem::Default(message.into()),
        }
    }
}

impl Mapping {
    /// Checks and compiles a document. `source_name` is how messages name it, usually a file.
    ///
    /// A resource type of the connector that the document does not name has no rules.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the text.
    pub fn parse(
        text: &str,
        source_name: &str,
        types: &[ResourceType],
        facts: &ConnectorFacts,
    ) -> Result<Self, MappingErrors> {
        check::parse(text, source_name, types, facts)
    }

    /// The rules of a resource type, by its name.
    pub fn of(&self, resource_type: &str) -> Option<&TypeMapping> {
        self.types.get(resource_type)
    }

    /// The rules of every resource type, by its name.
    pub fn into_types(self) -> BTreeMap<String, TypeMapping> {
        self.types
    }

    /// The attributes of the resource type that no rule takes: what clients send there is ignored.
    pub fn unmapped(&self, resource_type: &ResourceType) -> Vec<String> {
        self.of(&resource_type.name).map(|mapping| mapping.unmapped(resource_type)).unwrap_or_default()
    }

    /// The defaults to put before the connector (`transforms.check-default`) before the mapping is used.
    pub fn defaults_to_check(&self) -> impl Iterator<Item = &DefaultToCheck> {
        self.defaults.iter()
    }
}

/// The paths that rules can have, for suggestions.
fn slot_names(resource_type: &ResourceType) -> Vec<String> {
    let mut names = vec!["externalId".to_owned(), "meta.created".to_owned(), "meta.lastModified".to_owned()];
    names.extend(resource_type.schema.attributes.iter().flat_map(|attribute| paths("", attribute)));
    for extension in &resource_type.extensions {
        let prefix = format!("{}:", extension.schema.id);
        names.extend(extension.schema.attributes.iter().flat_map(|attribute| paths(&prefix, attribute)));
    }
    names
}

fn paths(prefix: &str, attribute: &Attribute) -> Vec<String> {
    let name = format!("{prefix}{}", attribute.name);
    let mut paths = vec![name.clone()];
    if attribute.kind == AttributeType::Complex {
        for sub in &attribute.sub_attributes {
            if attribute.multi_valued {
                paths.push(format!("{name}[type eq \"work\"].{}", sub.name));
            } else {
                paths.push(format!("{name}.{}", sub.name));
            }
        }
    }
    paths
}
