//! What a connector's descriptor declares.

use crate::{Connector, Value};
use std::ops::Deref;

/// The descriptor of a connector, as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared(Value);

impl Declared {
    /// Parses the descriptor, which the build script wrote.
    #[must_use]
    pub fn of<C: Connector>() -> Self {
        Self(parse(C::DESCRIPTOR))
    }

    /// The rules of the mapping of users for this SCIM attribute, in the order of the mapping.
    #[must_use]
    pub fn rules(&self, scim: &str) -> Vec<Value> {
        let rules = self.pointer("/mapping/resource-types/User").and_then(Value::as_array);
        let named = |rule: &&Value| rule.get("scim").is_some_and(|name| name == scim);
        rules.into_iter().flatten().filter(named).cloned().collect()
    }

    /// The first rule of the mapping of users for this SCIM attribute.
    #[must_use]
    pub fn rule(&self, scim: &str) -> Value {
        self.rules(scim).into_iter().next().unwrap_or_else(|| panic!("the mapping has no rule for {scim}"))
    }
}

impl Deref for Declared {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

fn parse(text: &str) -> Value {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}
