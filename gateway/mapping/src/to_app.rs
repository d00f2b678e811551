//! Maps a whole SCIM resource to the app's document, from which a new resource is created.

use super::budget::Budget;
use super::derived::Derived;
use super::error::MapError;
use super::kept::Kept;
use super::rule::Toward;
use super::transform::Transforms;
use super::type_mapping::{Field, TypeMapping};
use scim_protocol::Object;
use serde_json::Value;

/// The document to send to the app, and what the gateway keeps.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AppDocument {
    /// The document in the app's shape.
    pub document: Object,
    /// Kept values to store once the app has confirmed.
    pub kept: Vec<Kept>,
    /// The ids of other resources in the document.
    pub references: Vec<Reference>,
}

impl AppDocument {
    /// Whether there is a kept value of a slot, given by its canonical text, and the app's field takes it as the client wrote it.
    pub fn holds(&self, slot: &str) -> bool {
        self.kept.iter().any(|kept| kept.slot == slot && kept.app.as_ref() == Some(&kept.value))
    }
}

/// An id of another resource in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The SCIM path.
    pub slot: String,
    /// The app's field, as a connector names it in `unresolved`.
    pub field: String,
    /// The resource type, such as `User`.
    pub resource_type: String,
    /// The id as the client wrote it.
    pub id: String,
}

impl TypeMapping {
    /// The document that creates the resource. If several rules write one field, the first that has a value wins; if none has,
    /// the first default does.
    ///
    /// # Errors
    /// [`MapError`] for a value that a rule cannot produce.
    pub async fn to_app<T: Transforms>(
        &self,
        resource: &Object,
        budget: &mut Budget,
        transforms: &mut T,
    ) -> Result<AppDocument, MapError> {
        let mut made = AppDocument::default();
        for field in &self.fields {
            if let Some(value) = self.create_value(field, resource, budget, transforms).await? {
                field.path.put(&mut made.document, value);
            }
        }
        for rule in &self.rules {
            if rule.keep
                && let Some(value) = rule.slot.get(resource)
            {
                let app = rule.app.as_ref().and_then(|field| field.get(&made.document));
                let app = app.map(|app| rule.copied(app, budget, Toward::App)).transpose()?;
                let value = rule.copied(value, budget, Toward::App)?;
                let is_source = self.is_source_in(rule, resource, &Derived::default(), budget)?;
                made.kept.push(Kept { slot: rule.name.clone(), value, app, is_source });
            }
            if rule.to_app
                && let Some(resource_type) = &rule.reference
                && let Some(value) = rule.slot.get(resource)
            {
                for id in ids(value) {
                    let names = rule.name.len() + rule.field().len() + resource_type.len();
                    rule.charged(budget.make(size_of::<Reference>() + names + id.len()), Toward::App)?;
                    made.references.push(Reference {
                        slot: rule.name.clone(),
                        field: rule.field().to_owned(),
                        resource_type: resource_type.clone(),
                        id: id.to_owned(),
                    });
                }
            }
        }
        Ok(made)
    }

    async fn create_value<T: Transforms>(
        &self,
        field: &Field,
        resource: &Object,
        budget: &mut Budget,
        transforms: &mut T,
    ) -> Result<Option<Value>, MapError> {
        for rule in self.writing(field) {
            if let Some(value) = rule.value_in(resource, budget)? {
                let value = match rule.is_constant() {
                    true => Some(rule.copied(&value, budget, Toward::App)?),
                    false => rule.value_to_app(&value, budget, transforms).await?,
                };
                if value.is_some() {
                    return Ok(value);
                }
            }
        }
        self.default_value(field, budget, transforms).await
    }

    /// The first default of the rules that write a field.
    pub(super) async fn default_value<T: Transforms>(
        &self,
        field: &Field,
        budget: &mut Budget,
        transforms: &mut T,
    ) -> Result<Option<Value>, MapError> {
        for rule in self.writing(field) {
            if let Some(default) = &rule.default
                && let Some(value) = rule.value_to_app(default, budget, transforms).await?
            {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }
}

fn ids(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(elements) => elements.iter().flat_map(ids).collect(),
        Value::Object(members) => members.get("value").and_then(Value::as_str).into_iter().collect(),
        other => other.as_str().into_iter().collect(),
    }
}
