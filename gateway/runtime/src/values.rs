//! What goes into and comes out of a connector.
//!
//! The contract carries JSON as text (WIT has no recursive types). Here it is `serde_json` values, so that no other part of the
//! gateway sees a connector's unparsed text. Changes and comparisons are the mapping's own types: they are passed on without a
//! copy.

use scim_mapping::TransformFault;
pub use scim_mapping::{AppChange, AppComparison, ItemChange};
use serde_json::{Map, Value};

/// A JSON object in the app's shape.
pub type Document = Map<String, Value>;

/// One resource in its current state in the app (`types.stored`).
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The app's own id, which is the SCIM id.
    pub id: String,
    /// `None` if the app's answer did not contain it.
    pub document: Option<Document>,
    /// Changes whenever the resource does.
    pub version: Option<String>,
    /// Field paths that the app could not accept because what they refer to does not exist there.
    pub unresolved: Vec<String>,
}

/// Which resources to find (`types.query`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// All of them must hold; only what the descriptor lists under `filters`.
    pub comparisons: Vec<AppComparison>,
    /// How many resources precede the page; a multiple of `limit` if paging is by page.
    pub offset: u64,
    /// At least 1, and at most the descriptor's `max-page-size`.
    pub limit: u32,
    /// The `next` of the previous page.
    pub cursor: Option<String>,
    /// Fields that the documents need not contain.
    pub omit: Vec<String>,
}

/// One page of a search (`types.page`).
#[derive(Debug, Clone, PartialEq)]
pub struct SearchPage {
    /// The resources, in an order that is the same for all pages.
    pub resources: Vec<Stored>,
    /// How many resources match, if the app tells.
    pub total: Option<u64>,
    /// The page size that the app used, if it is not the requested one.
    pub limit: Option<u32>,
    /// Whether more pages follow.
    pub more: bool,
    /// Where the next page starts, if paging is by cursor.
    pub next: Option<String>,
}

/// Why an operation failed, in the shape of an RFC 7644 §3.12 error; passed to the client unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// 400..=599.
    pub status: u16,
    /// `uniqueness`, `invalidValue`, …
    pub scim_type: Option<String>,
    /// For the administrator of the identity provider. Contains no secret.
    pub detail: String,
    /// For 429 and 503.
    pub retry_after_seconds: Option<u32>,
}

/// The fault of a transform, without its class, which is for metrics.
impl From<TransformFault> for Fault {
    fn from(fault: TransformFault) -> Self {
        let TransformFault { status, scim_type, detail, retry_after_seconds, .. } = fault;
        Self { status, scim_type, detail, retry_after_seconds }
    }
}
