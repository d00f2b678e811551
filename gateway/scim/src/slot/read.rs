//! Reading the values at a slot.

use super::target::Slot;
use crate::comparison_budget::ComparisonBudget;
use crate::error::Error;
use crate::filter;
use crate::object::Object;
use serde_json::Value;

impl Slot {
    /// The value at the slot; `null` counts as no value. With a selector or a sub-attribute of a multi-valued attribute it is
    /// the first matching one; for a whole attribute it is the array.
    pub fn get<'a>(&self, resource: &'a Object) -> Option<&'a Value> {
        let mut values = self.values(resource);
        values.next()
    }

    /// All values at the slot; for a whole attribute a single one, which may be an array.
    pub fn get_all<'a>(&self, resource: &'a Object) -> Vec<&'a Value> {
        self.values(resource).collect()
    }

    /// Which elements of the attribute match the selector, in their order; without a selector all do. A whole attribute needs none.
    ///
    /// # Errors
    /// 400 `tooMany` if the budget does not suffice.
    pub(crate) fn selection(&self, resource: &Object, budget: &ComparisonBudget) -> Result<Vec<bool>, Error> {
        let elements = match self.attribute(resource) {
            _ if self.is_whole() || !self.multi_valued => return Ok(Vec::new()),
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(elements)) => elements.as_slice(),
            Some(single) => std::slice::from_ref(single),
        };
        match (&self.selector, &self.element) {
            (Some(selector), Some(attribute)) => filter::matching(selector, attribute, elements, budget),
            _ => Ok(vec![true; elements.len()]),
        }
    }

    fn selects(&self, element: &Value) -> bool {
        match (&self.selector, &self.element) {
            (Some(selector), Some(attribute)) => {
                filter::matches_element(selector, attribute, element, &ComparisonBudget::unlimited())
            }
            _ => true,
        }
    }

    /// The value of the whole attribute, ignoring selector and sub-attribute.
    pub(crate) fn attribute<'a>(&self, resource: &'a Object) -> Option<&'a Value> {
        let container = match &self.path.schema {
            Some(urn) => resource.get(urn)?.as_object()?,
            None => resource,
        };
        container.get(&self.path.attribute)
    }

    /// The value of the whole attribute, to change it in place.
    pub(crate) fn attribute_mut<'a>(&self, resource: &'a mut Object) -> Option<&'a mut Value> {
        let container = match &self.path.schema {
            Some(urn) => resource.get_mut(urn)?.as_object_mut()?,
            None => resource,
        };
        container.get_mut(&self.path.attribute)
    }

    fn values<'a>(&self, resource: &'a Object) -> impl Iterator<Item = &'a Value> {
        let attribute = self.attribute(resource);
        let is_whole = self.is_whole();
        let elements = match attribute {
            Some(Value::Array(elements)) if !is_whole => elements.as_slice(),
            Some(value) => std::slice::from_ref(value),
            None => &[],
        };
        elements
            .iter()
            .filter(move |element| is_whole || self.selects(element))
            .filter_map(|element| match self.leaf() {
                Some(sub) => element.get(sub),
                None => Some(element),
            })
            .filter(|value| !value.is_null())
    }
}
