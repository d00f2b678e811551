//! The schemas that RFC 7643 §8.7 defines, with its verified errata, from data files in `schemas/`.
//!
//! A data file that does not parse becomes an empty schema, never a panic; the test below prevents shipping one.

use super::definition::Schema;
use crate::urn;
use std::sync::LazyLock;

static USER: LazyLock<Schema> = LazyLock::new(|| parse(include_str!("../../schemas/user.json")));
static GROUP: LazyLock<Schema> = LazyLock::new(|| parse(include_str!("../../schemas/group.json")));
static ENTERPRISE_USER: LazyLock<Schema> = LazyLock::new(|| parse(include_str!("../../schemas/enterprise-user.json")));
static COMMON: LazyLock<Schema> = LazyLock::new(|| parse(include_str!("../../schemas/common.json")));

/// The core `User` (RFC 7643 §4.1).
pub fn user() -> &'static Schema {
    &USER
}

/// The core `Group` (RFC 7643 §4.2); `displayName` is required (erratum 5368).
pub fn group() -> &'static Schema {
    &GROUP
}

/// The enterprise extension of `User` (RFC 7643 §4.3).
pub fn enterprise_user() -> &'static Schema {
    &ENTERPRISE_USER
}

/// `schemas`, `id`, `externalId` and `meta`, which every resource has (RFC 7643 §3.1). Not a published schema.
pub fn common() -> &'static Schema {
    &COMMON
}

/// The schemas that RFC 7643 §4 defines for a type of resource with this core schema: the core schema first, then extensions.
pub fn of(core: &str) -> Vec<&'static Schema> {
    match core {
        urn::USER => vec![user(), enterprise_user()],
        urn::GROUP => vec![group()],
        _ => Vec::new(),
    }
}

fn parse(text: &str) -> Schema {
    serde_json::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Mutability;

    #[test]
    fn the_data_files_contain_their_schemas() {
        for (schema, id, attributes) in
            [(user(), urn::USER, 21), (group(), urn::GROUP, 2), (enterprise_user(), urn::ENTERPRISE_USER, 6)]
        {
            assert_eq!((schema.id.as_str(), schema.attributes.len()), (id, attributes));
        }
        assert_eq!(common().attributes.len(), 4);
    }

    #[test]
    fn the_errata_are_applied() {
        assert!(group().attribute("displayName").unwrap().required, "5368");
        let manager = enterprise_user().attribute("manager").unwrap();
        assert_eq!(manager.sub("displayName").unwrap().mutability, Mutability::ReadOnly);
        for schema in [user(), group(), enterprise_user()] {
            for attribute in &schema.attributes {
                assert!(attribute.sub_attributes.iter().all(|sub| !sub.is_complex()), "8415: {}", attribute.name);
            }
        }
    }
}
