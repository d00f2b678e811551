//! The SCIM protocol as a client sees it (RFC 7644).

mod bulk;
mod clients;
mod cost;
mod discovery;
mod groups_of_users;
mod lists;
mod refusals;
mod versions;
