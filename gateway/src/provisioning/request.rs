//! What a client asks for, after routing and parsing and before anything is known about its meaning.

use crate::clients::Profile;
use crate::connectors::Trace;
use crate::egress::Purpose;
use scim_protocol::{ComparisonBudget, Conditions};
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
    /// What comparing values may still cost; the operations of a bulk request share it.
    pub comparisons: Arc<ComparisonBudget>,
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
