//! For build scripts: makes the descriptor out of files that are pleasant to write and to review.
//!
//! `connector.toml` says what the connector is, with `schema = "schemas/user.json"` where a SCIM schema belongs;
//! `mapping.json` is the default mapping. The result is `OUT_DIR/descriptor.json`, which
//! [`crate::descriptor!`] includes. A mistake stops the build with file, line and column; the gateway checks the
//! descriptor again when it loads the connector.
//!
//! ```no_run
//! // build.rs
//! fn main() -> std::process::ExitCode {
//!     scim_connector_sdk::manifest::build()
//! }
//! ```

mod connector;
mod mapping;
mod mistake;
mod schema;
mod settings;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};
use toml::Spanned;

use connector::Connector;
pub use mistake::Mistake;
use mistake::Source;
use schema::ResourceSchemas;

/// The version of the contract that this SDK speaks.
pub const CONTRACT: &str = "0.1";

/// Bytes of memory that a component has for its values from the start: what most operations need. Growing later costs each
/// operation several changes of the process's address space; what is not touched costs nothing.
const INITIAL_HEAP: usize = 1 << 20;

/// Writes `OUT_DIR/descriptor.json` and tells Cargo which files it depends on. The whole `main` of a build script.
#[must_use]
pub fn build() -> ExitCode {
    let mut cargo = std::io::stdout();
    let mut tell = |line: String| writeln!(cargo, "{line}").is_ok();
    match write_descriptor() {
        Ok(files) => {
            let mut all_told = files.iter().all(|file| tell(format!("cargo::rerun-if-changed={}", file.display())));
            if is_for_the_gateway() {
                all_told &= tell(format!("cargo::rustc-link-arg-cdylib=--initial-heap={INITIAL_HEAP}"));
            }
            if all_told { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(mistake) => {
            tell(format!("cargo::error={mistake}"));
            ExitCode::FAILURE
        }
    }
}

/// Whether the component is compiled, and not the crate for its tests.
fn is_for_the_gateway() -> bool {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    is("CARGO_CFG_TARGET_FAMILY", "wasm") && is("CARGO_CFG_TARGET_OS", "unknown")
}

fn write_descriptor() -> Result<Vec<PathBuf>, Mistake> {
    let variable = |name: &str| std::env::var(name).map_err(|_| Mistake::outside_a_build_script(name));
    let directory = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let descriptor = descriptor(&directory, &variable("CARGO_PKG_VERSION")?)?;
    let target = Path::new(&variable("OUT_DIR")?).join("descriptor.json");
    std::fs::write(&target, descriptor.json.to_string()).map_err(|error| Mistake::unreadable(&target, &error))?;
    Ok(descriptor.files)
}

/// A descriptor and the files that it was made of.
#[derive(Clone, Debug)]
pub struct Descriptor {
    /// As `descriptor.schema.json` says.
    pub json: Value,
    /// All files that were read.
    pub files: Vec<PathBuf>,
}

/// Makes the descriptor of the connector in a directory.
///
/// # Errors
/// The first mistake, with the file and the place in it.
pub fn descriptor(directory: &Path, version: &str) -> Result<Descriptor, Mistake> {
    let source = Source::read(directory.join("connector.toml"))?;
    let manifest: Connector = toml::from_str(&source.text).map_err(|error| source.toml(&error))?;
    let mut json: Value = toml::from_str(&source.text).map_err(|error| source.toml(&error))?;
    manifest.check(&source)?;

    let mut files = vec![source.path.clone()];
    let mut schemas = BTreeMap::new();
    for resource_type in &manifest.resource_types {
        let mut load = |file: &Spanned<String>| {
            let path = directory.join(file.get_ref());
            let found = Source::read(path).map_err(|mistake| source.at(file.span().start, mistake.message))?;
            files.push(found.path.clone());
            schema::parse(&found)
        };
        let core = load(&resource_type.schema)?;
        let extensions = resource_type.extensions.iter().map(|extension| load(&extension.schema));
        let extensions = extensions.collect::<Result<Vec<_>, _>>()?;
        schemas.insert(resource_type.name.get_ref().clone(), ResourceSchemas { core, extensions });
    }
    let mapping = Source::read(directory.join("mapping.json"))?;
    files.push(mapping.path.clone());
    let mapping = mapping::parse(&mapping, &schemas, &manifest.transforms)?;

    insert_schemas(&mut json, &schemas);
    if let Value::Object(json) = &mut json {
        json.insert("contract".to_owned(), json!(CONTRACT));
        json.insert("version".to_owned(), json!(version));
        json.insert("mapping".to_owned(), mapping);
    }
    Ok(Descriptor { json, files })
}

/// Puts the schemas where the manifest named their files.
fn insert_schemas(json: &mut Value, schemas: &BTreeMap<String, ResourceSchemas>) {
    let resource_types = json.get_mut("resource-types").and_then(Value::as_array_mut);
    for resource_type in resource_types.into_iter().flatten().filter_map(Value::as_object_mut) {
        let name = resource_type.get("name").and_then(Value::as_str).unwrap_or_default();
        let Some(found) = schemas.get(name) else { continue };
        resource_type.insert("schema".to_owned(), found.core.clone());
        let extensions = resource_type.get_mut("extensions").and_then(Value::as_array_mut);
        let extensions = extensions.into_iter().flatten().filter_map(Value::as_object_mut);
        for (extension, schema) in extensions.zip(&found.extensions) {
            extension.insert("schema".to_owned(), schema.clone());
        }
    }
}

#[cfg(test)]
mod tests;
