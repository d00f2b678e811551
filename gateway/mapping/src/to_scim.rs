//! Maps the app's document to a SCIM resource.

use super::budget::Budget;
use super::error::MapError;
use super::kept::Kept;
use super::rule::{Rule, Toward};
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
        budget: &mut Budget,
        transforms: &mut T,
    ) -> Result<Object, MapError> {
        let mut resource = Object::new();
        for rule in self.rules.iter().filter(|rule| rule.to_scim) {
            budget.pause(transforms).await;
            let value = match kept_value(rule, document, kept, budget)? {
                Some(value) => Some(rule.copied(value, budget, Toward::Scim)?),
                None => rule.value_from_app(document, budget, transforms).await?,
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

fn kept_value<'k>(
    rule: &Rule,
    document: &Object,
    kept: &'k [Kept],
    budget: &mut Budget,
) -> Result<Option<&'k Value>, MapError> {
    if !rule.keep {
        return Ok(None);
    }
    rule.charged(budget.step(kept.len()), Toward::Scim)?;
    let Some(kept) = kept.iter().find(|kept| kept.slot == rule.name) else { return Ok(None) };
    let now = rule.app.as_ref().and_then(|field| field.get(document));
    rule.charged(now.map_or(Ok(()), |now| budget.read(now)), Toward::Scim)?;
    Ok((rule.app.is_none() || now == kept.app.as_ref()).then_some(&kept.value))
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
