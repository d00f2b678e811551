//! A connector's description of itself: the JSON that `describe()` returns, checked against `wit/descriptor.schema.json`.

mod abilities;
mod app_limits;
mod auth_method;
mod base_url_source;
mod document;
mod error;
mod offered;
mod schema;
mod setting;
mod sizes;

#[cfg(test)]
mod tests;

pub use abilities::{Abilities, Deactivation, Memberships, Paging, PagingKind};
pub use app_limits::AppLimits;
pub use auth_method::{AuthKind, AuthMethod};
pub use base_url_source::{BaseUrlSource, BaseUrlSourceError};
pub use document::Descriptor;
pub use error::DescriptorError;
pub use offered::OfferedResourceType;
pub use schema::DESCRIPTOR_SCHEMA;
pub use setting::{Setting, SettingError, SettingKind, resolve as resolve_settings};
