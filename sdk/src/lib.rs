//! Write a connector for the SCIM gateway.
//!
//! A connector is a WebAssembly component for one kind of app. The gateway handles SCIM (filters, PATCH, schemas, paging,
//! errors, mapping); the connector handles the app: it receives documents in the app's shape, or the fields to change, and
//! calls the app. It uses paths, never host names, and never sees a credential.
//!
//! ```
//! use scim_connector_sdk::{App, Connector, Fault, Object, Stored};
//!
//! struct Acme;
//!
//! impl Connector for Acme {
//!     const DESCRIPTOR: &'static str = "{}"; // in a real connector: scim_connector_sdk::descriptor!()
//!
//!     fn check(app: App<'_>) -> Result<(), Fault> {
//!         app.get("/ping").send()?.ok()?;
//!         Ok(())
//!     }
//!
//!     fn create(app: App<'_>, _kind: &str, document: Object) -> Result<Stored, Fault> {
//!         let made = app.post("/users").json(&document.into()).send()?.ok()?.object()?;
//!         Stored::from_document(made, "id")
//!     }
//! }
//!
//! scim_connector_sdk::export_connector!(Acme);
//! ```
//!
//! Everything reaches the outside through [`Host`], so the same code runs in the component and, against
//! [`testing::FakeApp`], in `cargo test`.
#![deny(missing_docs, unsafe_code)]

mod answer;
mod app;
mod call;
mod change;
mod connector;
mod fault;
mod field_path;
mod host;
mod object;
mod query;
pub mod scim;
mod settings;
mod state;
mod stored;

#[cfg(feature = "manifest")]
pub mod manifest;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

#[cfg(target_family = "wasm")]
#[doc(hidden)]
#[allow(unsafe_code, missing_docs, missing_debug_implementations, unreachable_pub, clippy::all)]
pub mod bindings;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod guest;

pub use answer::Answer;
pub use app::{App, segment};
pub use call::Call;
pub use change::{Change, FieldChange, ItemChange};
pub use connector::Connector;
pub use fault::Fault;
pub use field_path::{FieldPath, InvalidFieldPath, Segment};
pub use host::{Host, Level, Request, Response, SendError};
pub use object::Object;
pub use query::{Comparison, Page, PageRequest, Query};
pub use serde_json::{self, Value, json};
pub use settings::Settings;
pub use state::State;
pub use stored::Stored;

/// Exports a type that implements [`Connector`] from the component. Does nothing in a native build.
#[macro_export]
macro_rules! export_connector {
    ($connector:ty) => {
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, missing_docs)]
        const _: () = {
            type Exported = $crate::guest::Exported<$connector>;
    $crate::bindings::export!(Exported with_types_in $crate::bindings);
        };
    };
}

/// The descriptor that the crate's build script built from `connector.toml` with `manifest::build()`.
#[macro_export]
macro_rules! descriptor {
    () => {
        include_str!(concat!(env!("OUT_DIR"), "/descriptor.json"))
    };
}
