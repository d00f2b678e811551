//! The SCIM protocol as a client sees it (RFC 7644).

mod bulk;
mod discovery;
mod lists;
mod refusals;
mod versions;
