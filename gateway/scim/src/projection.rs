//! Which attributes a response contains: `attributes`, `excludedAttributes` and each attribute's `returned`
//! (RFC 7644 §3.4.2.5, §3.9; RFC 7643 §7).

use crate::error::Error;
use crate::object::Object;
use crate::path::AttributePath;
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Returned, Schema, core};
use serde_json::Value;
use std::collections::BTreeSet;

/// Which attributes a client asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Projection {
    choice: Choice,
    /// What is always returned; filled only where the choice could omit it.
    always: Vec<AttributePath>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Choice {
    #[default]
    Default,
    Only(Vec<Named>),
    Except(Vec<Named>),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    /// All of an extension's attributes, or of the core schema's.
    Schema(Option<String>),
    Attribute(AttributePath),
}

impl Projection {
    /// Parses the two query parameters: comma-separated paths, or URNs of whole schemas. Names that the resource type does not
    /// have are ignored, as there is nothing to return for them.
    ///
    /// # Errors
    /// 400 `invalidValue` if both are given; they are mutually exclusive (RFC 7644 §3.9).
    pub fn parse(
        resource_type: &ResourceType,
        attributes: Option<&str>,
        excluded: Option<&str>,
    ) -> Result<Self, Error> {
        let given = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let choice = match (given(attributes), given(excluded)) {
            (None, None) => return Ok(Self::default()),
            (Some(only), None) => Choice::Only(names(resource_type, &only)),
            (None, Some(except)) => Choice::Except(names(resource_type, &except)),
            (Some(_), Some(_)) => {
                return Err(Error::invalid_value("give either 'attributes' or 'excludedAttributes', not both"));
            }
        };
        Ok(Self { choice, always: always(resource_type) })
    }

    /// Projects a resource with canonical names. Attributes that are never returned are removed, whatever the client asked for.
    pub fn apply(&self, resource_type: &ResourceType, mut resource: Object) -> Object {
        resource.retain(|name, value| {
            if let Some((_, attribute)) = resource_type.find(None, name) {
                return self.project(None, attribute, value);
            }
            let (Some(extension), Value::Object(object)) = (resource_type.extension(name), value) else { return false };
            let schema = &extension.schema;
            object.retain(|name, value| {
                schema.attribute(name).is_some_and(|attribute| self.project(Some(&schema.id), attribute, value))
            });
            !object.is_empty()
        });
        resource
    }

    /// Whether the client asked for a canonical path or a part of it. What it did not ask for need not be read from the app.
    pub fn wants(&self, path: &AttributePath) -> bool {
        let kept_always = || {
            self.always.iter().any(|always| {
                always.schema == path.schema
                    && always.attribute == path.attribute
                    && (always.sub.is_none() || always.sub == path.sub)
            })
        };
        match &self.choice {
            Choice::Default => true,
            Choice::Only(named) => {
                named.iter().any(|named| named.touches(path.schema.as_deref(), &path.attribute, path.sub.as_deref()))
                    || kept_always()
            }
            Choice::Except(named) => {
                !named.iter().any(|named| named.covers(path.schema.as_deref(), &path.attribute, path.sub.as_deref()))
                    || kept_always()
            }
        }
    }

    /// Whether the client named a canonical path or a part of it in `attributes`.
    pub fn names(&self, path: &AttributePath) -> bool {
        let touches = |named: &Named| match named {
            Named::Schema(_) => false,
            Named::Attribute(_) => named.touches(path.schema.as_deref(), &path.attribute, path.sub.as_deref()),
        };
        matches!(&self.choice, Choice::Only(named) if named.iter().any(touches))
    }

    /// Removes from the value what is not returned, and says whether anything is left.
    fn project(&self, schema: Option<&str>, attribute: &Attribute, value: &mut Value) -> bool {
        if !self.keeps(schema, attribute, None) {
            return false;
        }
        let dropped: Vec<&str> = attribute
            .sub_attributes
            .iter()
            .filter(|sub| !self.keeps(schema, attribute, Some(sub)))
            .map(|sub| sub.name.as_str())
            .collect();
        if dropped.is_empty() {
            return true;
        }
        let project = |element: &mut Value| {
            let Value::Object(object) = element else { return true };
            object.retain(|name, _| !dropped.contains(&name.as_str()));
            !object.is_empty()
        };
        match value {
            Value::Array(items) => {
                items.retain_mut(project);
                !items.is_empty()
            }
            single => project(single),
        }
    }

    fn keeps(&self, schema: Option<&str>, attribute: &Attribute, sub: Option<&Attribute>) -> bool {
        let (name, sub_name) = (attribute.name.as_str(), sub.map(|sub| sub.name.as_str()));
        match (sub.unwrap_or(attribute).returned, &self.choice) {
            (Returned::Always, _) => true,
            (Returned::Never, _) => false,
            (Returned::Default, Choice::Default) => true,
            (Returned::Default, Choice::Only(named)) => {
                // An attribute that is always returned is returned whole.
                sub.is_some() && attribute.returned == Returned::Always
                    || named.iter().any(|named| named.touches(schema, name, sub_name))
            }
            (Returned::Default, Choice::Except(named)) => {
                !named.iter().any(|named| named.covers(schema, name, sub_name))
            }
            (Returned::Request, Choice::Only(named)) => named.iter().any(|named| match (named, sub_name) {
                (Named::Attribute(_), None) => named.touches(schema, name, None),
                (Named::Attribute(path), Some(_)) => path.sub.is_some() && named.touches(schema, name, sub_name),
                (Named::Schema(_), _) => false,
            }),
            (Returned::Request, _) => false,
        }
    }
}

impl Named {
    /// Whether it names the attribute, something that contains it, or a part of it.
    fn touches(&self, schema: Option<&str>, attribute: &str, sub: Option<&str>) -> bool {
        match self {
            Self::Schema(named) => named.as_deref() == schema,
            Self::Attribute(path) => {
                path.schema.as_deref() == schema
                    && path.attribute == attribute
                    && (path.sub.is_none() || sub.is_none() || path.sub.as_deref() == sub)
            }
        }
    }

    /// Whether it names the attribute or something that contains it.
    fn covers(&self, schema: Option<&str>, attribute: &str, sub: Option<&str>) -> bool {
        match self {
            Self::Schema(named) => named.as_deref() == schema,
            Self::Attribute(path) => {
                path.schema.as_deref() == schema
                    && path.attribute == attribute
                    && (path.sub.is_none() || path.sub.as_deref() == sub)
            }
        }
    }
}

fn names(resource_type: &ResourceType, list: &str) -> Vec<Named> {
    let named = |text: &str| {
        if let Some(extension) = resource_type.extension(text) {
            return Some(Named::Schema(Some(extension.schema.id.clone())));
        }
        if text.eq_ignore_ascii_case(&resource_type.schema.id) {
            return Some(Named::Schema(None));
        }
        let path = resource_type.parse_path(text).ok()?;
        Some(Named::Attribute(resource_type.resolve(&path)?.path))
    };
    // A list may name an attribute a hundred thousand times; each name is looked at for each attribute of each resource.
    let named: BTreeSet<Named> = list.split(',').map(str::trim).filter_map(named).collect();
    named.into_iter().collect()
}

fn always(resource_type: &ResourceType) -> Vec<AttributePath> {
    let mut always = Vec::new();
    let mut collect = |urn: Option<&str>, schema: &Schema| {
        for attribute in &schema.attributes {
            let path = AttributePath { schema: urn.map(str::to_owned), attribute: attribute.name.clone(), sub: None };
            if attribute.returned == Returned::Always {
                always.push(path);
            }
        }
    };
    collect(None, core::common());
    collect(None, &resource_type.schema);
    for extension in &resource_type.extensions {
        collect(Some(&extension.schema.id), &extension.schema);
    }
    always
}
