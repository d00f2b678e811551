//! The transforms, grouped by what they read. They see parsed JSON and schemas; what the client's profile allows they ask
//! [`super::Reading`].

pub(super) mod booleans;
pub(super) mod elements;
pub(super) mod filters;
pub(super) mod json_in_text;
pub(super) mod keys;
pub(super) mod messages;
pub(super) mod nested;
pub(super) mod references;
pub(super) mod removal;
pub(super) mod schemas;
pub(super) mod shapes;
pub(super) mod unsupported;
pub(super) mod values;
