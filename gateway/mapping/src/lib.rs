//! Attribute mappings: a document says which SCIM attribute is which field of an app. It is checked when it is loaded and
//! applied to every request.
//!
//! [`Mapping::parse`] finds every error in a document and says where it is and what to write instead, or compiles the
//! document so that mapping a resource parses nothing. A [`TypeMapping`] then has five uses: [`TypeMapping::to_app`] (a new
//! resource), [`TypeMapping::to_scim`] (an answer), [`TypeMapping::change`] (a PATCH, without reading the resource where that
//! is possible), [`TypeMapping::diff`] (a PUT) and [`TypeMapping::push_down`] (a search).
//!
//! The README beside this file is the administrator's view.

mod app_change;
mod app_path;
mod budget;
mod change;
mod check;
mod combination;
mod connector_facts;
mod default_to_check;
mod diff;
mod document;
mod error;
mod expression;
mod filters;
mod items;
mod kept;
mod locate;
mod mapping;
mod nearest;
mod overlap;
mod references;
mod rule;
mod settle;
mod shape;
mod slot_names;
mod state;
mod to_app;
mod to_scim;
mod transform;
mod type_mapping;
mod work;

#[cfg(test)]
mod tests;

pub use app_change::{AppChange, ItemChange};
pub use budget::{Budget, Spent};
pub use connector_facts::ConnectorFacts;
pub use default_to_check::DefaultToCheck;
pub use error::{MapError, MappingError, MappingErrors, Problem, RuleName};
pub use filters::{AppComparison, KeptComparison};
pub use kept::{Kept, KeptChange, KeptValue};
pub use locate::Position;
pub use mapping::Mapping;
pub use references::{ids_in, replace_ids};
pub use shape::SCHEMA;
pub use to_app::{AppDocument, Reference};
pub use transform::{TransformFault, Transforms};
pub use type_mapping::{ReferenceRule, TypeMapping, Way};
pub use work::Work;
