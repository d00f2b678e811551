//! Bulk requests: RFC 7644 §3.7 with erratum 5050, except for the I/O.
//!
//! [`BulkRequest::parse`] reads the message, [`Plan`] says which operation is next and where a circle of references has to be
//! broken, and [`references`] finds and replaces `bulkId`s. A malformed operation is its own error and not one of the request.

mod operation;
mod plan;
pub mod references;
mod request;

pub use operation::{BulkCall, BulkMethod, BulkOperation, BulkResult};
pub use plan::{Next, Plan};
pub use request::{BulkRequest, response};
