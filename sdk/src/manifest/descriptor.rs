//! Builds the descriptor from a connector's files.

use super::connector::Connector;
use super::mistake::{Mistake, Source};
use super::schema::ResourceSchemas;
use super::{mapping, schema};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// The contract version that this SDK implements.
pub const CONTRACT: &str = "0.1";

/// A descriptor and the files from which it was built.
#[derive(Clone, Debug)]
pub struct Descriptor {
    /// The descriptor, as defined by `descriptor.schema.json`.
    pub json: Value,
    /// All files that were read.
    pub files: Vec<PathBuf>,
}

/// Builds the descriptor of the connector in a directory.
///
/// # Errors
/// The first mistake, with the file and the position in it.
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
    insert_schemas(&mut json, &schemas);
    let mapping = mapping::parse(&mapping, &json, &manifest, &source)?;
    if let Value::Object(json) = &mut json {
        json.insert("contract".to_owned(), json!(CONTRACT));
        json.insert("version".to_owned(), json!(version));
        json.insert("mapping".to_owned(), mapping);
    }
    Ok(Descriptor { json, files })
}

/// Replaces the file names in the manifest by the schemas.
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
