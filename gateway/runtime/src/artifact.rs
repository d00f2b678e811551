//! Turns a file into a component that imports nothing beyond the contract.
//!
//! `cargo build --target wasm32-unknown-unknown` produces a core module with its component type in a custom section; wit-component
//! turns it into a component here, so authors need no other tool. The list of imports is the list of permissions (law 4): any
//! import that belongs neither to the contract nor to WASI, where that is allowed, is refused by name.

use super::contract::CONTRACT;
use super::file_sizes::SizeError;
use super::wasi::{self, Wasi};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use wasmparser::{Parser, Payload};
use wasmtime::Engine;
use wasmtime::component::Component;
use wit_component::ComponentEncoder;

/// The package and the interfaces that a connector may import.
const PACKAGE: &str = "scim-gateway:connector/";
const INTERFACES: [&str; 5] = ["app", "settings", "log", "state", "types"];

/// Why a file is not a component of this contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum ArtifactError {
    /// Neither a core module nor a component.
    #[error(
        "it is not a WebAssembly file; use the .wasm file that `cargo build --target wasm32-unknown-unknown` produces"
    )]
    NotWasm,
    /// Larger than a compiler can be trusted with.
    #[error(transparent)]
    Size(#[from] SizeError),
    /// Imports beyond the contract.
    #[error(
        "it imports {}, which the contract does not grant; remove what needs {}",
        quoted(.0),
        if .0.len() == 1 { "it" } else { "them" }
    )]
    Imports(Vec<String>),
    /// Imports of WASI, which the configuration does not allow.
    #[error(
        "it imports {}, as components from toolchains that require WASI do; set wasi = \"closed\" in each of its instances to \
         permit these imports without access to files, network or environment",
        quoted(.0)
    )]
    Wasi(Vec<String>),
    /// Built against another version of the contract.
    #[error(
        "it imports {}, but this gateway uses contract {CONTRACT}; build it against the wit/ of this gateway",
        quoted(.0)
    )]
    OtherContract(Vec<String>),
    /// A core module without a component type, or one that does not match it.
    #[error("this module cannot be turned into a component: {0}; export the contract with the SDK's macro")]
    Encode(String),
    /// Invalid, or beyond the limits of the engine.
    #[error("it does not compile: {0}")]
    Compile(String),
    /// Its types or its exports differ from the contract's.
    #[error("it does not match contract {CONTRACT}: {0}")]
    Link(String),
}

/// Turns a file into a component that imports only what is granted. Slow: third-party code is read.
pub(crate) fn component(
    file: &[u8],
    allowed: Wasi,
    check: impl FnOnce(&[u8]) -> Result<(), ArtifactError>,
) -> Result<Cow<'_, [u8]>, ArtifactError> {
    let is_module = match file.get(..8) {
        Some(b"\0asm\x01\0\0\0") => true,
        Some(b"\0asm\x0d\0\x01\0") => false,
        _ => return Err(ArtifactError::NotWasm),
    };
    check(file)?;
    let component = if is_module { Cow::Owned(encode(file)?) } else { Cow::Borrowed(file) };
    // Checked first, because compiling a large component takes seconds.
    wasi_imports(component_imports(&component)?, allowed)?;
    Ok(component)
}

/// The interfaces of WASI that a compiled component imports; nothing else but the contract may be among its imports.
pub(crate) fn wasi_of(component: &Component, engine: &Engine, allowed: Wasi) -> Result<Vec<String>, ArtifactError> {
    let names = component.component_type().imports(engine).map(|(name, _)| name.to_owned()).collect();
    wasi_imports(names, allowed)
}

fn wasi_imports(names: Vec<String>, allowed: Wasi) -> Result<Vec<String>, ArtifactError> {
    let (wasi, others) = names.into_iter().partition(|name| wasi::is_linked(name));
    check_granted(others)?;
    if allowed == Wasi::Refused && !wasi.is_empty() {
        return Err(ArtifactError::Wasi(wasi));
    }
    Ok(wasi)
}

/// The imports of the component itself, not those of the modules and components inside it.
fn component_imports(component: &[u8]) -> Result<Vec<String>, ArtifactError> {
    let mut names = Vec::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(|error| invalid(&error))? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    names.push(import.map_err(|error| invalid(&error))?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(names)
}

fn invalid(error: &wasmparser::BinaryReaderError) -> ArtifactError {
    ArtifactError::Compile(error.to_string())
}

fn encode(module: &[u8]) -> Result<Vec<u8>, ArtifactError> {
    check_granted(core_imports(module)?)?;
    let encoder = ComponentEncoder::default().validate(true).module(module);
    let encoded = encoder.and_then(|mut encoder| encoder.encode());
    encoded.map_err(|error| ArtifactError::Encode(format!("{error:#}")))
}

/// The imports of a core module, except those of wit-component, which refer to parts of the component itself.
fn core_imports(module: &[u8]) -> Result<Vec<String>, ArtifactError> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        let Payload::ImportSection(section) = payload.map_err(|error| invalid(&error))? else { continue };
        for import in section.into_imports() {
            let import = import.map_err(|error| invalid(&error))?;
            let own = import.module == "$root" || import.module.starts_with("[export]");
            if import.module.starts_with(PACKAGE) {
                names.push(import.module.to_owned());
            } else if !own {
                names.push(format!("{}.{}", import.module, import.name));
            }
        }
    }
    Ok(names)
}

/// Refuses imports that are not granted, and distinguishes another version of the contract from other imports.
fn check_granted(mut imports: Vec<String>) -> Result<(), ArtifactError> {
    imports.sort_unstable();
    imports.dedup();
    imports.retain(|name| !is_granted(name));
    let (ours, beyond): (Vec<_>, Vec<_>) = imports.into_iter().partition(|name| is_another_version(name));
    match (ours.is_empty(), beyond.is_empty()) {
        (true, true) => Ok(()),
        (_, false) => Err(ArtifactError::Imports(beyond)),
        (false, true) => Err(ArtifactError::OtherContract(ours)),
    }
}

fn is_granted(name: &str) -> bool {
    versioned(name).is_some_and(|(interface, version)| {
        INTERFACES.contains(&interface) && version.strip_prefix(CONTRACT).is_some_and(|patch| patch.starts_with('.'))
    })
}

fn is_another_version(name: &str) -> bool {
    versioned(name)
        .is_some_and(|(_, version)| !version.strip_prefix(CONTRACT).is_some_and(|patch| patch.starts_with('.')))
}

/// `app` and `0.1.0` of `scim-gateway:connector/app@0.1.0`.
fn versioned(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix(PACKAGE)?.split_once('@')
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
