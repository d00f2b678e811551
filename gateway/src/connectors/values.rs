//! What goes into and comes out of a connector, in plain Rust.
//!
//! The contract carries JSON as text (WIT has no recursive types); here it is `serde_json` values, so that nothing
//! outside this module's neighbours ever sees a connector's unparsed text.

use serde_json::{Map, Value};

/// A JSON object in the app's shape.
pub type Document = Map<String, Value>;

/// One resource as the app holds it now (`types.stored`).
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The app's own id, which is the SCIM id.
    pub id: String,
    /// `None` when the app's answer did not supply it.
    pub document: Option<Document>,
    /// Changes whenever the resource does.
    pub version: Option<String>,
    /// Field paths that the app could not take because what they refer to does not exist there.
    pub unresolved: Vec<String>,
}

/// What is to be different in one resource (`types.change`). Fields that are not named stay as they are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AppChange {
    /// Fields to set or to clear.
    pub fields: Vec<FieldChange>,
    /// Items to add to or remove from fields that the descriptor declares incremental.
    pub items: Vec<ItemChange>,
}

/// A field to set or, with `None`, to clear.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// The path exactly as the mapping writes it.
    pub path: String,
    /// `None` clears the field.
    pub value: Option<Value>,
}

/// Items of one multi-valued field.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemChange {
    /// The field, as the mapping writes it.
    pub path: String,
    /// Each in the shape of the field's items.
    pub added: Vec<Value>,
    /// Each in the shape of the field's items.
    pub removed: Vec<Value>,
}

/// Which resources are asked for (`types.query`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// They must all hold; only what the descriptor lists under `filters`.
    pub comparisons: Vec<FieldComparison>,
    /// How many resources come before the page; a multiple of `limit` where paging is by page.
    pub offset: u64,
    /// 1 or more, never above the descriptor's `max-page-size`.
    pub limit: u32,
    /// What the page before gave as `next`.
    pub cursor: Option<String>,
    /// Fields that need not be in the documents.
    pub omit: Vec<String>,
}

/// `field operator value`.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldComparison {
    /// A field path of the descriptor's `filters`.
    pub field: String,
    /// A SCIM comparison operator in lower case.
    pub operator: String,
    /// The value to compare with.
    pub value: Value,
}

/// One page of a search (`types.page`).
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The resources, in an order that stays the same from page to page.
    pub resources: Vec<Stored>,
    /// How many match in all, when the app says so.
    pub total: Option<u64>,
    /// The page size that the app really used, when it is not the one asked for.
    pub limit: Option<u32>,
    /// Whether more pages follow.
    pub more: bool,
    /// Where the next page starts, where paging is by cursor.
    pub next: Option<String>,
}

/// Why an operation failed, in the shape of an RFC 7644 §3.12 error; the client gets it as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// 400..=599.
    pub status: u16,
    /// `uniqueness`, `invalidValue`, …
    pub scim_type: Option<String>,
    /// For the administrator of the identity provider. Holds no secret.
    pub detail: String,
    /// For 429 and 503.
    pub retry_after_seconds: Option<u32>,
}
