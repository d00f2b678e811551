//! Named transforms from what clients send to what the RFCs say.

use super::Profile;
use scim_protocol::patch::Operation;
use scim_protocol::resource_type::ResourceType;
use scim_protocol::schema::{Attribute, AttributeType};
use scim_protocol::Object;
use serde_json::{Value, json};

/// One deviation from the RFCs that a profile accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Leniency {
    /// `"active": "False"`: a boolean as a string (Entra's PATCH, its roles' `primary`).
    BooleanStrings,
    /// `"manager": "42"`: a complex attribute as its bare `value`; `""` says that there is none (Entra).
    ScalarForComplex,
    /// `"manager": [{"value": "42"}]`: a single-valued attribute as an array of one (Entra).
    ArrayForSingleValue,
    /// A PATCH of `emails[type eq "work"].value` makes the element when there is none (Entra sends nothing else).
    CreateMissingElement,
}

impl Leniency {
    /// The name used in logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BooleanStrings => "boolean-strings",
            Self::ScalarForComplex => "scalar-for-complex",
            Self::ArrayForSingleValue => "array-for-single-value",
            Self::CreateMissingElement => "create-missing-element",
        }
    }
}

impl Profile {
    /// Puts right the values of a resource that a client sent.
    pub fn tidy_resource(&self, resource_type: &ResourceType, resource: &mut Object) {
        if self.leniencies.is_empty() {
            return;
        }
        for (name, value) in resource.iter_mut() {
            let extension = resource_type.extensions.iter().find(|e| e.schema.id.eq_ignore_ascii_case(name));
            match (extension, value) {
                (Some(extension), Value::Object(object)) => {
                    for (name, value) in object.iter_mut() {
                        self.tidy_named(extension.schema.attribute(name), value);
                    }
                }
                (_, value) => self.tidy_named(resource_type.schema.attribute(name), value),
            }
        }
    }

    /// Puts right the values of a PATCH.
    pub fn tidy_operations(&self, resource_type: &ResourceType, operations: &mut [Operation]) {
        if self.leniencies.is_empty() {
            return;
        }
        for operation in operations {
            let Some(value) = &mut operation.value else { continue };
            match (&operation.path, value) {
                (Some(path), value) => {
                    let slot = resource_type.parse_slot(path).ok();
                    if let Some(resolved) = slot.as_ref().and_then(|slot| resource_type.resolve_slot(slot)) {
                        self.tidy(resolved, value);
                    }
                }
                (None, Value::Object(object)) => {
                    for (name, value) in object.iter_mut() {
                        match resource_type.parse_slot(name).ok().and_then(|slot| resource_type.resolve_slot(&slot)) {
                            Some(attribute) => self.tidy(attribute, value),
                            None => {
                                let mut whole = Object::from_iter([(name.clone(), value.take())]);
                                self.tidy_resource(resource_type, &mut whole);
                                *value = whole.remove(name).unwrap_or_default();
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn tidy_named(&self, attribute: Option<&Attribute>, value: &mut Value) {
        if let Some(attribute) = attribute {
            self.tidy(attribute, value);
        }
    }

    fn tidy(&self, attribute: &Attribute, value: &mut Value) {
        if let Value::Array(items) = value {
            if attribute.multi_valued {
                items.iter_mut().for_each(|item| self.tidy_one(attribute, item));
                return;
            }
            if self.allows(Leniency::ArrayForSingleValue) && items.len() == 1 {
                *value = items.pop().unwrap_or_default();
            }
        }
        self.tidy_one(attribute, value);
    }

    fn tidy_one(&self, attribute: &Attribute, value: &mut Value) {
        match (attribute.kind, &mut *value) {
            (AttributeType::Boolean, Value::String(text)) if self.allows(Leniency::BooleanStrings) => {
                if text.eq_ignore_ascii_case("true") {
                    *value = Value::Bool(true);
                } else if text.eq_ignore_ascii_case("false") {
                    *value = Value::Bool(false);
                }
            }
            (AttributeType::Complex, Value::String(text))
                if self.allows(Leniency::ScalarForComplex) && attribute.sub("value").is_some() =>
            {
                *value = if text.is_empty() { Value::Null } else { json!({ "value": std::mem::take(text) }) };
            }
            (AttributeType::Complex, Value::Object(object)) => {
                for (name, value) in object.iter_mut() {
                    self.tidy_named(attribute.sub(name), value);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Client;
    use scim_protocol::Object;
    use scim_protocol::patch::PatchRequest;
    use scim_protocol::resource_type::{Extension, ResourceType};
    use scim_protocol::schema::core;
    use serde_json::{Value, json};

    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    fn user() -> ResourceType {
        ResourceType {
            name: "User".to_owned(),
            endpoint: "/Users".to_owned(),
            description: String::new(),
            schema: core::user().clone(),
            extensions: vec![Extension { schema: core::enterprise_user().clone(), required: false }],
        }
    }

    fn tidied(client: Client, resource: Value) -> Value {
        let mut resource: Object = serde_json::from_value(resource).unwrap();
        client.profile().tidy_resource(&user(), &mut resource);
        Value::Object(resource)
    }

    #[test]
    fn entras_values_become_what_the_schema_says() {
        for (says, sent, expected) in [
            ("a boolean as a string", json!({"active": "False"}), json!({"active": false})),
            ("within an element", json!({"roles": [{"primary": "True"}]}), json!({"roles": [{"primary": true}]})),
            ("no boolean at all", json!({"active": "maybe"}), json!({"active": "maybe"})),
            ("a bare manager", json!({ENTERPRISE: {"manager": "42"}}), json!({ENTERPRISE: {"manager": {"value": "42"}}})),
            ("no manager", json!({ENTERPRISE: {"manager": ""}}), json!({ENTERPRISE: {"manager": null}})),
            (
                "a manager in an array",
                json!({ENTERPRISE: {"manager": [{"value": "42"}]}}),
                json!({ENTERPRISE: {"manager": {"value": "42"}}}),
            ),
            ("a role as JSON text", json!({"roles": ["{}"]}), json!({"roles": [{"value": "{}"}]})),
        ] {
            assert_eq!(tidied(Client::Entra, sent), expected, "{says}");
        }
    }

    #[test]
    fn the_rfc_profile_leaves_values_alone() {
        assert_eq!(tidied(Client::Rfc, json!({"active": "False"})), json!({"active": "False"}));
    }

    #[test]
    fn values_of_a_patch_are_put_right_with_and_without_a_path() {
        let sent = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [
                {"op": "Replace", "path": "active", "value": "False"},
                {"op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": "42"},
                {"op": "replace", "value": {"active": "True", ENTERPRISE: {"manager": "7"}}},
            ]
        });
        let mut operations = PatchRequest::parse(sent).unwrap();
        Client::Entra.profile().tidy_operations(&user(), &mut operations);
        let values: Vec<Value> = operations.into_iter().filter_map(|operation| operation.value).collect();
        assert_eq!(
            values,
            [json!(false), json!({"value": "42"}), json!({"active": true, ENTERPRISE: {"manager": {"value": "7"}}})]
        );
    }
}
