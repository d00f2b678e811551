//! A resource in its current state in the app.

use crate::{Fault, Object, Value};

/// The result of `create`, `read` and `update`, and an entry of a search page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stored {
    /// The app's own id; the client sees it as the SCIM id, unchanged.
    pub id: String,
    /// The resource in the app's shape. `None` if the app's response did not contain it.
    pub document: Option<Object>,
    /// A value that changes whenever the resource changes. `None` if the app has none.
    pub version: Option<String>,
    /// Field paths that the app did not accept because they refer to resources that do not exist there yet.
    pub unresolved: Vec<String>,
}

impl Stored {
    /// A resource with only its id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// A resource whose id is a string or number in a field of its document.
    ///
    /// # Errors
    /// 502 if the field is missing.
    pub fn from_document(document: Object, id_field: &str) -> Result<Self, Fault> {
        let id = match document.get(id_field) {
            Some(Value::String(text)) if !text.is_empty() => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return Err(Fault::bad_answer(format!("The app returned a resource without `{id_field}`"))),
        };
        Ok(Self::new(id).with_document(document))
    }

    /// The same resource with its document.
    #[must_use]
    pub fn with_document(self, document: Object) -> Self {
        Self { document: Some(document), ..self }
    }

    /// The same resource with its version, if there is one.
    #[must_use]
    pub fn with_version(self, version: Option<String>) -> Self {
        Self { version, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn an_id_may_be_a_number_or_a_string() {
        for (id, expected) in [(json!(7), Some("7")), (json!("7"), Some("7")), (json!(""), None), (json!(null), None)] {
            let document = Object::from_iter([("id".to_owned(), id.clone())]);
            assert_eq!(Stored::from_document(document, "id").ok().map(|s| s.id).as_deref(), expected, "{id}");
        }
    }
}
