//! A page of resources (RFC 7644 §3.4.2).

use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{Object, urn};

/// The answer to a query, which serializes as its message; `Resources` is there even when it is empty. All counts are JSON integers; Okta refuses strings.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListResponse {
    /// How many resources match in all, on this page or not.
    pub total_results: u64,
    /// The number of the page's first resource, from 1.
    pub start_index: u64,
    /// How many resources are on this page.
    pub items_per_page: u64,
    /// The page's resources, projected.
    pub resources: Vec<Object>,
}

impl ListResponse {
    /// A page that begins at `start_index` (from 1).
    pub fn page(total_results: u64, start_index: u64, resources: Vec<Object>) -> Self {
        let items_per_page = u64::try_from(resources.len()).unwrap_or(u64::MAX);
        Self { total_results, start_index, items_per_page, resources }
    }
}

impl Serialize for ListResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_struct("ListResponse", 5)?;
        body.serialize_field("schemas", &[urn::LIST_RESPONSE])?;
        body.serialize_field("totalResults", &self.total_results)?;
        body.serialize_field("startIndex", &self.start_index)?;
        body.serialize_field("itemsPerPage", &self.items_per_page)?;
        body.serialize_field("Resources", &self.resources)?;
        body.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_empty_list_still_has_integers_and_resources() {
        let empty = ListResponse::page(0, 1, Vec::new());
        let expected = json!({
            "schemas": [urn::LIST_RESPONSE], "totalResults": 0, "startIndex": 1, "itemsPerPage": 0, "Resources": [],
        });
        assert_eq!(serde_json::to_value(&empty).unwrap(), expected);
    }
}
