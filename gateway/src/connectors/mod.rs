//! Connectors: somebody else's WebAssembly, run so that it can do its work and nothing more.
//!
//! [`Runtime::load`] makes a [`Connector`] of a file. [`Connector::open`] gives a [`Call`]: a fresh instance for one
//! operation, which sees the imports of the contract (`wit/`) and nothing else, under limits on memory, processor time,
//! wall-clock time, calls to the app and bytes passed. Whatever it does, it ends in a value or in a [`CallError`] that
//! tells the cause; its instance is dropped, and the others do not notice.

mod artifact;
mod bindings;
mod call;
mod connector;
mod context;
mod convert;
mod cpu;
mod descriptor;
mod engine;
mod error;
mod host;
mod memory;
mod places;
mod runtime;
mod settings;
mod sha256;
mod state;
mod ticks;
mod transforms;
mod values;
mod wasi;
mod whereabouts;

pub use artifact::ArtifactError;
pub use call::Call;
pub use connector::Connector;
pub use context::{CallContext, CallLimits};
pub use cpu::CpuShare;
pub use descriptor::{
    Abilities, AppPace, AuthKind, AuthMethod, CONTRACT, DESCRIPTOR_SCHEMA, Deactivation, Descriptor, DescriptorError,
    Memberships, OfferedResourceType, Paging, PagingKind,
};
pub use engine::RuntimeLimits;
pub use error::CallError;
pub use runtime::{LoadCause, LoadError, Runtime, RuntimeError};
pub use settings::{Setting, SettingError, SettingKind, resolve as resolve_settings};
pub use sha256::{Sha256, Sha256Error};
pub use state::{ConnectorState, MAX_KEY, MAX_VALUE, NoState, StateError};
pub use values::{AppChange, Document, Fault, FieldChange, FieldComparison, ItemChange, Page, Query, Stored};
pub use wasi::{Wasi, WasiError};
pub use whereabouts::{BaseUrlSource, WhereaboutsError};
