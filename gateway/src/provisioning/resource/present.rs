//! How a resource is shown to the client.

use super::super::context::Context;
use super::super::id;
use super::super::kind::GROUPS;
use super::current::Current;
use super::version::version;
use scim_protocol::{EntityTag, Object};
use serde_json::{Value, json};

/// A resource with `schemas`, `id` and `meta`.
pub(in super::super) fn whole(context: &Context<'_>, current: Current) -> Object {
    let version = version(context, &current);
    complete(context, version.as_ref(), current)
}

/// What the client asked for of a resource, and its version where that is known.
pub(in super::super) fn shown(context: &Context<'_>, current: Current) -> (Object, Option<EntityTag>) {
    let version = version(context, &current);
    let whole = complete(context, version.as_ref(), current);
    (context.projection.apply(&context.kind.scim, whole), version)
}

/// What the client asked for of a resource.
pub(in super::super) fn present(context: &Context<'_>, current: Current) -> Object {
    shown(context, current).0
}

fn complete(context: &Context<'_>, version: Option<&EntityTag>, current: Current) -> Object {
    let Current { id, resource, groups, .. } = current;
    let scim = &context.kind.scim;
    let mut complete = Object::new();
    let extensions = scim.extensions.iter().map(|extension| extension.schema.id.as_str());
    let schemas: Vec<&str> =
        std::iter::once(scim.schema.id.as_str()).chain(extensions.filter(|urn| resource.contains_key(*urn))).collect();
    complete.insert("schemas".to_owned(), json!(schemas));
    let mut meta = Object::new();
    meta.insert("resourceType".to_owned(), Value::String(scim.name.clone()));
    meta.insert("location".to_owned(), Value::String(id::location(context.base(), &scim.endpoint, &id)));
    complete.insert("id".to_owned(), Value::String(id));
    if let Some(version) = version {
        meta.insert("version".to_owned(), Value::String(version.to_string()));
    }
    for (name, value) in resource {
        match (name.as_str(), value) {
            ("meta", Value::Object(known)) => {
                for (name, value) in known {
                    meta.entry(name).or_insert(value);
                }
            }
            ("id" | "schemas", _) => {}
            (_, value) => drop(complete.insert(name, value)),
        }
    }
    if !groups.is_empty() {
        complete.insert(GROUPS.to_owned(), Value::Array(groups));
    }
    if context.profile().empty_members {
        for name in context.kind.incremental() {
            complete.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        }
    }
    complete.insert("meta".to_owned(), Value::Object(meta));
    complete
}
