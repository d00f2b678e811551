//! A fake app, to test connectors with `cargo test` and without wasm.
//!
//! ```
//! use scim_connector_sdk::{json, testing::{FakeApp, Reply}};
//!
//! let fake = FakeApp::new().reply("GET", "/ping", Reply::json(200, json!({"ok": true})));
//! fake.app().get("/ping").send().unwrap().ok().unwrap();
//! assert_eq!(fake.lines(), ["GET /ping"]);
//! ```
//!
//! A call without a reply panics: it is a mistake of the test or the connector, and never a silent 404.
#![allow(clippy::panic, reason = "this module runs in tests only; a mistake there must stop the test")]

mod declared;
#[cfg(feature = "schema")]
mod descriptor;
mod fake_app;
mod input;
mod reply;
mod sent_call;

pub use declared::Declared;
#[cfg(feature = "schema")]
pub use descriptor::assert_descriptor;
pub use fake_app::FakeApp;
pub use input::{change, members, object, query};
pub use reply::Reply;
pub use sent_call::SentCall;
