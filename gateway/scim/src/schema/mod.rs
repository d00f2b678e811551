//! Schemas and attributes as data: RFC 7643 §2.2 (characteristics), §7 (their JSON form).
//!
//! A connector's descriptor supplies its own schemas, so nothing here knows a particular attribute. The core schemas are
//! data files, parsed once.

mod attribute;
pub mod core;
mod definition;

pub use attribute::{Attribute, AttributeType, Mutability, Returned, Uniqueness};
pub use definition::Schema;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn missing_keys_have_the_rfc_defaults() {
        let attribute: Attribute = serde_json::from_value(json!({ "name": "x" })).unwrap();
        assert_eq!(attribute, Attribute { name: "x".to_owned(), ..Attribute::default() });
        assert_eq!(attribute.mutability, Mutability::ReadWrite);
        assert_eq!(attribute.returned, Returned::Default);
        assert_eq!(attribute.uniqueness, Uniqueness::None);
        assert!(!attribute.required && !attribute.multi_valued && !attribute.case_exact);
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(core::user().attribute("USERNAME").map(|a| a.name.as_str()), Some("userName"));
        let name = core::user().attribute("name").and_then(|a| a.sub("GivenName")).unwrap();
        assert_eq!(name.name, "givenName");
    }

    #[test]
    fn a_schema_round_trips_through_json() {
        for schema in [core::user(), core::group(), core::enterprise_user()] {
            let json = serde_json::to_value(schema).unwrap();
            assert_eq!(&serde_json::from_value::<Schema>(json).unwrap(), schema);
        }
    }
}
