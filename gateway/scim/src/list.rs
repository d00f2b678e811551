//! A page of resources (RFC 7644 §3.4.2).

use crate::object::Object;
use crate::urn;
use serde::{Serialize, Serializer, ser::SerializeStruct};

/// The response to a query, serialized as a ListResponse message. `Resources` is present even when empty. All counts are JSON
/// integers; Okta refuses strings.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListResponse {
    /// How many resources match in all, on this page or not. Optional for a page by cursor (RFC 9865 §2).
    pub total_results: Option<u64>,
    /// The number of the page's first resource, from 1; `None` for a page by cursor.
    pub start_index: Option<u64>,
    /// How many resources are on this page.
    pub items_per_page: u64,
    /// Where the next page begins (RFC 9865); `None` on the last page, and where pages are by index.
    pub next_cursor: Option<String>,
    /// The page's resources, projected.
    pub resources: Vec<Object>,
}

impl ListResponse {
    /// A page that begins at `start_index` (from 1).
    pub fn page(total_results: u64, start_index: u64, resources: Vec<Object>) -> Self {
        Self { start_index: Some(start_index), ..Self::by_cursor(Some(total_results), resources, None) }
    }

    /// A page fetched by cursor, and where the next one begins.
    pub fn by_cursor(total_results: Option<u64>, resources: Vec<Object>, next_cursor: Option<String>) -> Self {
        let items_per_page = u64::try_from(resources.len()).unwrap_or(u64::MAX);
        Self { total_results, start_index: None, items_per_page, next_cursor, resources }
    }
}

impl Serialize for ListResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_struct("ListResponse", 6)?;
        body.serialize_field("schemas", &[urn::LIST_RESPONSE])?;
        if let Some(total) = self.total_results {
            body.serialize_field("totalResults", &total)?;
        }
        if let Some(start) = self.start_index {
            body.serialize_field("startIndex", &start)?;
        }
        body.serialize_field("itemsPerPage", &self.items_per_page)?;
        if let Some(cursor) = &self.next_cursor {
            body.serialize_field("nextCursor", cursor)?;
        }
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

    #[test]
    fn a_page_by_cursor_says_where_the_next_one_begins() {
        let page = ListResponse::by_cursor(None, Vec::new(), Some("x".to_owned()));
        let expected =
            json!({ "schemas": [urn::LIST_RESPONSE], "itemsPerPage": 0, "nextCursor": "x", "Resources": [] });
        assert_eq!(serde_json::to_value(&page).unwrap(), expected);
    }
}
