//! Connectors: third-party WebAssembly, run in a sandbox.
//!
//! [`Runtime::load`] turns a file into a [`Connector`]. [`Connector::open`] returns a [`Call`]: a fresh instance for one
//! operation. It sees the imports of the contract (`wit/`) and nothing else, and is limited in memory, processor time,
//! wall-clock time, calls to the app and bytes passed. Every call ends in a value or in a [`CallError`] that names the cause; the
//! instance is then dropped, and no other is affected.

#![forbid(unsafe_code)]

mod artifact;
mod bindings;
mod call;
mod call_error;
mod compile;
mod compile_limits;
mod connector;
mod connector_state;
mod context;
mod contract;
mod convert;
mod cpu;
mod descriptor;
mod engine;
mod file_sizes;
mod host;
mod load_error;
mod memory;
mod program;
mod resource_calls;
mod runtime;
mod sends;
mod sha256;
mod share;
mod swap;
mod ticks;
mod trace;
mod transform_calls;
mod transform_exports;
mod values;
mod wasi;

pub use artifact::ArtifactError;
pub use call::Call;
pub use call_error::CallError;
pub use compile::{CompileError, CompileOrder, Compiler, compile_for_gateway};
pub use compile_limits::CompileLimits;
pub use connector::Connector;
pub use connector_state::{ConnectorState, MAX_KEY, MAX_VALUE, NoState, StateError};
pub use context::{CallContext, CallLimits};
pub use contract::CONTRACT;
pub use descriptor::{
    Abilities, AppLimits, AuthKind, AuthMethod, BaseUrlSource, BaseUrlSourceError, DESCRIPTOR_SCHEMA, Deactivation,
    Descriptor, DescriptorError, Memberships, OfferedResourceType, Paging, PagingKind, Setting, SettingError,
    SettingKind, resolve_settings,
};
pub use engine::RuntimeLimits;
pub use file_sizes::SizeError;
pub use load_error::{LoadCause, LoadError};
pub use runtime::{Runtime, RuntimeError};
pub use sha256::{Sha256, Sha256Error};
pub use share::InstanceShare;
pub use trace::{LEFT_OUT, Step, Trace, is_secret, without_secrets};
pub use values::{AppChange, AppComparison, Document, Fault, ItemChange, Query, SearchPage, Stored};
pub use wasi::{Wasi, WasiError};
