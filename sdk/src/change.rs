//! The change of a resource, and how to express it in an app's API: as a partial document, a JSON Merge Patch
//! (RFC 7396) or SCIM PATCH operations (RFC 7644 §3.5.2).

use crate::{Fault, FieldPath, Object, Value, json};

/// Fields to set or clear, and items of multi-valued fields to add or remove. Everything else stays unchanged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// Fields to set or to clear.
    pub fields: Vec<FieldChange>,
    /// Items of the fields that the descriptor declares incremental.
    pub items: Vec<ItemChange>,
}

/// A field to set or to clear.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// The field, as the mapping writes it.
    pub path: FieldPath,
    /// The new value; `None` clears the field.
    pub value: Option<Value>,
}

/// Items to add to and to remove from a multi-valued field.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemChange {
    /// The field, as the mapping writes it.
    pub path: FieldPath,
    /// Items to add.
    pub added: Vec<Value>,
    /// Items to remove.
    pub removed: Vec<Value>,
}

impl Change {
    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.items.iter().all(|items| items.added.is_empty() && items.removed.is_empty())
    }

    /// The change of one field.
    #[must_use]
    pub fn field(&self, path: &str) -> Option<&FieldChange> {
        self.fields.iter().find(|field| field.path.as_str() == path)
    }

    /// The items to add to and remove from one field.
    #[must_use]
    pub fn items(&self, path: &str) -> Option<&ItemChange> {
        self.items.iter().find(|items| items.path.as_str() == path)
    }

    /// A document with only the changed fields, for an app whose PUT or PATCH leaves the others alone. A cleared field gets the
    /// value `cleared`. Items are not included.
    ///
    /// # Errors
    /// 501 if a path has a selector or a URN, which nested objects cannot express.
    pub fn partial_document(&self, cleared: &Value) -> Result<Object, Fault> {
        let mut document = Object::new();
        for FieldChange { path, value } in &self.fields {
            if !path.is_plain() {
                return Err(Fault::not_implemented(format!("The connector cannot change `{path}` on its own")));
            }
            path.put(&mut document, value.clone().unwrap_or_else(|| cleared.clone()));
        }
        Ok(document)
    }

    /// The changed fields as a JSON Merge Patch: a cleared field is null.
    ///
    /// # Errors
    /// 501 if a path has a selector or a URN.
    pub fn merge_patch(&self) -> Result<Object, Fault> {
        self.partial_document(&Value::Null)
    }

    /// The change as the body of a SCIM PATCH. Items are removed by their `value`, with one operation each.
    #[must_use]
    pub fn scim_patch(&self) -> Value {
        let mut operations = Vec::new();
        for FieldChange { path, value } in &self.fields {
            operations.push(match value {
                Some(value) => json!({"op": "replace", "path": path.as_str(), "value": value}),
                None => json!({"op": "remove", "path": path.as_str()}),
            });
        }
        for ItemChange { path, added, removed } in &self.items {
            for item in removed {
                let value = item.get("value").unwrap_or(item);
                operations.push(json!({"op": "remove", "path": format!("{path}[value eq {value}]")}));
            }
            if !added.is_empty() {
                operations.push(json!({"op": "add", "path": path.as_str(), "value": added}));
            }
        }
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::change;

    #[test]
    fn a_rest_app_gets_a_document_with_only_the_changes() {
        let change = change(json!({"title": "Lead", "role.name": "Requester", "phone": null}));
        let expected = json!({"title": "Lead", "role": {"name": "Requester"}, "phone": ""});
        assert_eq!(Value::from(change.partial_document(&json!("")).unwrap()), expected);
        let expected = json!({"title": "Lead", "role": {"name": "Requester"}, "phone": null});
        assert_eq!(Value::from(change.merge_patch().unwrap()), expected);
    }

    #[test]
    fn a_partial_document_cannot_express_a_selector() {
        let change = change(json!({"emails[type eq \"work\"].value": "a@b.example"}));
        assert_eq!(change.merge_patch().unwrap_err().status, 501);
    }

    #[test]
    fn a_scim_app_gets_operations_with_the_paths_of_the_mapping() {
        let mut change = change(json!({"emails[type eq \"work\"].value": "a@b.example", "title": null}));
        change.items.push(ItemChange {
            path: "members".parse().unwrap(),
            added: vec![json!({"value": "1"}), json!({"value": "2"})],
            removed: vec![json!({"value": "3\"x"})],
        });
        assert_eq!(
            change.scim_patch()["Operations"],
            json!([
                {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "a@b.example"},
                {"op": "remove", "path": "title"},
                {"op": "remove", "path": "members[value eq \"3\\\"x\"]"},
                {"op": "add", "path": "members", "value": [{"value": "1"}, {"value": "2"}]},
            ])
        );
    }

    #[test]
    fn a_change_without_fields_and_items_is_empty() {
        assert!(Change::default().is_empty());
        assert!(!change(json!({"title": null})).is_empty());
    }
}
