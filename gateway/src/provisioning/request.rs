//! What a client asks for, after routing and parsing and before anything is known about its meaning.

use crate::clients::Profile;
use crate::connectors::Trace;
use crate::egress::{AppPath, Purpose};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use scim_protocol::{Conditions, Error};
use serde_json::Value;
use std::sync::Arc;

/// One authenticated request of one instance.
#[derive(Debug)]
pub struct Request {
    /// What is to be done.
    pub operation: Operation,
    /// Who asks, and how it wants to be answered.
    pub caller: Caller,
}

/// Who asks, and how it wants to be answered.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The client's profile.
    pub profile: &'static Profile,
    /// `attributes` and `excludedAttributes`.
    pub projection: ProjectionText,
    /// `If-Match` and `If-None-Match`.
    pub conditions: Conditions,
    /// How much one request may hold.
    pub limits: RequestLimits,
    /// The instance's SCIM base URL as the client sees it, without a slash at its end.
    pub base: String,
    /// Ties the client's answer, the log and the app calls together.
    pub correlation_id: Arc<str>,
    /// Whether the request is carried out or only rehearsed.
    pub purpose: Purpose,
    /// Where its steps are recorded, if someone follows them.
    pub trace: Option<Trace>,
}

/// How much one request may hold; told to clients in `/ServiceProviderConfig`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLimits {
    /// Operations of a bulk request.
    pub bulk_operations: usize,
    /// Bytes of any request's body.
    pub body_bytes: usize,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self { bulk_operations: 100, body_bytes: 1024 * 1024 }
    }
}

/// The longest id, in bytes, that a resource may have.
const LONGEST_ID: usize = 1024;

/// The id in a segment of a URL's path.
///
/// # Errors
/// 404 for what is longer than any id, before it is written into a log or a table, and for what could not stand in the path of a
/// call to an app (`..`, control characters): no resource has it, and that is the client's fault and not the gateway's.
pub fn id(segment: &str) -> Result<String, Error> {
    let id = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
    if is_possible(&id) { Ok(id.into_owned()) } else { Err(Error::not_found("no resource has such an id")) }
}

/// Whether a resource could have the id.
pub(super) fn is_possible(id: &str) -> bool {
    let path = || format!("/{}", utf8_percent_encode(id, NON_ALPHANUMERIC));
    (1..=LONGEST_ID).contains(&id.len()) && path().parse::<AppPath>().is_ok()
}

/// The operations of RFC 7644 §3.2 and §4. `endpoint` is a resource type's, such as `/Users`.
#[derive(Debug)]
pub enum Operation {
    /// `POST /Users`.
    Create {
        /// The resource type's endpoint.
        endpoint: String,
        /// The resource.
        body: Value,
    },
    /// `GET /Users/{id}`.
    Read {
        /// The resource type's endpoint.
        endpoint: String,
        /// The resource's id.
        id: String,
    },
    /// `GET /Users` and `POST /Users/.search`.
    Search {
        /// The resource type's endpoint.
        endpoint: String,
        /// What is searched for.
        query: SearchText,
    },
    /// `GET /` and `POST /.search`: a search of all resource types.
    SearchAll {
        /// What is searched for.
        query: SearchText,
    },
    /// `POST /Bulk`.
    Bulk {
        /// The BulkRequest message.
        body: Value,
    },
    /// `PUT /Users/{id}`.
    Replace {
        /// The resource type's endpoint.
        endpoint: String,
        /// The resource's id.
        id: String,
        /// The resource.
        body: Value,
    },
    /// `PATCH /Users/{id}`.
    Patch {
        /// The resource type's endpoint.
        endpoint: String,
        /// The resource's id.
        id: String,
        /// The PatchOp message.
        body: Value,
    },
    /// `DELETE /Users/{id}`.
    Delete {
        /// The resource type's endpoint.
        endpoint: String,
        /// The resource's id.
        id: String,
    },
    /// `GET /ServiceProviderConfig`.
    ServiceProviderConfig,
    /// `GET /ResourceTypes` and `GET /ResourceTypes/{name}`.
    ResourceTypes(Option<String>),
    /// `GET /Schemas` and `GET /Schemas/{urn}`.
    Schemas(Option<String>),
}

/// `attributes` and `excludedAttributes` as the client wrote them, comma-separated.
#[derive(Debug, Clone, Default)]
pub struct ProjectionText {
    /// The only attributes wanted.
    pub attributes: Option<String>,
    /// Attributes not wanted.
    pub excluded_attributes: Option<String>,
}

/// A search as the client wrote it.
#[derive(Debug, Clone, Default)]
pub struct SearchText {
    /// RFC 7644 §3.4.2.2.
    pub filter: Option<String>,
    /// 1-based.
    pub start_index: Option<String>,
    /// The most resources wanted.
    pub count: Option<String>,
    /// RFC 7644 §3.4.2.3.
    pub sort_by: Option<String>,
    /// `ascending` or `descending`.
    pub sort_order: Option<String>,
    /// RFC 9865; empty for the first page.
    pub cursor: Option<String>,
}

impl Operation {
    /// The endpoint of the resource type it is about; discovery is about none.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        match self {
            Self::Create { endpoint, .. }
            | Self::Read { endpoint, .. }
            | Self::Search { endpoint, .. }
            | Self::Replace { endpoint, .. }
            | Self::Patch { endpoint, .. }
            | Self::Delete { endpoint, .. } => Some(endpoint),
            Self::SearchAll { .. }
            | Self::Bulk { .. }
            | Self::ServiceProviderConfig
            | Self::ResourceTypes(_)
            | Self::Schemas(_) => None,
        }
    }

    /// The id of the resource it names.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Read { id, .. } | Self::Replace { id, .. } | Self::Patch { id, .. } | Self::Delete { id, .. } => {
                Some(id)
            }
            _ => None,
        }
    }

    /// A word for logs and metrics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Read { .. } => "read",
            Self::Search { .. } | Self::SearchAll { .. } => "search",
            Self::Bulk { .. } => "bulk",
            Self::Replace { .. } => "replace",
            Self::Patch { .. } => "patch",
            Self::Delete { .. } => "delete",
            Self::ServiceProviderConfig | Self::ResourceTypes(_) | Self::Schemas(_) => "discover",
        }
    }

    /// Whether it leaves the app as it was.
    #[must_use]
    pub const fn reads_only(&self) -> bool {
        !matches!(
            self,
            Self::Bulk { .. } | Self::Create { .. } | Self::Replace { .. } | Self::Patch { .. } | Self::Delete { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_no_path_can_hold_is_nobodys() {
        for (segment, expected) in [
            ("42", Some("42")),
            ("a%40b.example", Some("a@b.example")),
            ("a%2Fb", Some("a/b")),
            ("100%25", Some("100%")),
            ("%C3%A4%20..x", Some("ä ..x")),
            ("", None),
            ("..", None),
            ("%2e%2e", None),
            ("..%2F..%2Fx", None),
            ("x%2F..", None),
            ("a%00b", None),
            ("a%5Cb", None),
        ] {
            let found = id(segment).map_err(|error| error.status);
            assert_eq!(found, expected.map(str::to_owned).ok_or(404), "{segment}");
        }
    }
}
