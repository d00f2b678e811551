//! Maps the app's document to a SCIM resource.

use super::error::MapError;
use super::kept::Kept;
use super::rule::Rule;
use super::transform::Transforms;
use super::type_mapping::TypeMapping;
use scim_protocol::Object;
use serde_json::Value;

impl TypeMapping {
    /// The resource's attributes. The caller adds `id`, `schemas` and the rest of `meta`.
    ///
    /// A kept value is returned if the app's field has not changed since it was stored. Otherwise someone changed the field
    /// without the gateway, and the field's value is returned.
    ///
    /// # Errors
    /// [`MapError::AppValue`] and [`MapError::Transform`].
    pub async fn to_scim<T: Transforms>(
        &self,
        document: &Object,
        kept: &[Kept],
        transforms: &mut T,
    ) -> Result<Object, MapError> {
        let mut resource = Object::new();
        for rule in self.rules.iter().filter(|rule| rule.to_scim) {
            let value = match kept_value(rule, document, kept) {
                Some(value) => Some(value.clone()),
                None => rule.value_from_app(document, transforms).await?,
            };
            if let Some(value) = value {
                rule.slot.put(&mut resource, value);
            }
        }
        self.choose_primaries(&mut resource);
        Ok(resource)
    }

    /// Makes one element primary in each attribute that several rules compose.
    pub(super) fn choose_primaries(&self, resource: &mut Object) {
        for slot in &self.primaries {
            if let Some(Value::Array(mut elements)) = slot.take(resource) {
                choose_primary(&mut elements);
                slot.put(resource, Value::Array(elements));
            }
        }
    }
}

fn kept_value<'k>(rule: &Rule, document: &Object, kept: &'k [Kept]) -> Option<&'k Value> {
    let kept = rule.keep.then(|| kept.iter().find(|kept| kept.slot == rule.name))??;
    match &rule.app {
        Some(field) if field.get(document) != kept.app.as_ref() => None,
        _ => Some(&kept.value),
    }
}

/// Clients look for the primary value; the order of the rules decides which one it is.
fn choose_primary(elements: &mut [Value]) {
    let is_primary = |element: &Value| element.get("primary") == Some(&Value::Bool(true));
    if !elements.iter().any(is_primary)
        && let Some(Value::Object(first)) = elements.first_mut()
    {
        first.insert("primary".to_owned(), Value::Bool(true));
    }
}
