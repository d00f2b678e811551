//! The SCIM paths that rules can have, for suggestions.

use scim_protocol::ResourceType;
use scim_protocol::schema::{Attribute, AttributeType};

/// The paths of a resource type; elements of multi-valued attributes with `type eq "work"` as an example.
pub(super) fn slot_names(resource_type: &ResourceType) -> Vec<String> {
    let mut names = vec!["externalId".to_owned(), "meta.created".to_owned(), "meta.lastModified".to_owned()];
    names.extend(resource_type.schema.attributes.iter().flat_map(|attribute| paths("", attribute)));
    for extension in &resource_type.extensions {
        let prefix = format!("{}:", extension.schema.id);
        names.extend(extension.schema.attributes.iter().flat_map(|attribute| paths(&prefix, attribute)));
    }
    names
}

fn paths(prefix: &str, attribute: &Attribute) -> Vec<String> {
    let name = format!("{prefix}{}", attribute.name);
    let mut paths = vec![name.clone()];
    if attribute.kind == AttributeType::Complex {
        for sub in &attribute.sub_attributes {
            if attribute.multi_valued {
                paths.push(format!("{name}[type eq \"work\"].{}", sub.name));
            } else {
                paths.push(format!("{name}.{}", sub.name));
            }
        }
    }
    paths
}
