//! What the tests of the whole system start from: one simulated app, one instance of the real gateway in front of it, and a client.
//!
//! [`World`] is for tests of requests, [`EditableWorld`] for tests that edit mappings, connectors and the configuration while the
//! gateway runs.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "only tests use this module, and a test fails by panicking"
)]

mod answer;
mod app;
mod client;
mod editable;
mod edits;
mod messages;
mod one_instance;
mod requests;
mod wait;

pub use answer::{Answer, column};
pub use client::Client;
pub use editable::EditableWorld;
pub use edits::{broken_mapping, mapping_with_title, mapping_without_title, other_connector};
pub use messages::{ENTERPRISE_USER, SPLASHTOP_USER, group, okta_user, patch, user};
pub use one_instance::{INSTANCE, World};
pub use wait::eventually;
