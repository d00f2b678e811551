//! What reading an instance's table needs besides the table.

use super::name::ConnectorName;
use std::path::Path;

/// What reading an instance's table needs besides the table.
pub(super) struct ReadContext<'a> {
    /// The directory that relative paths start from.
    pub(super) directory: &'a Path,
    /// Looks up an environment variable.
    pub(super) environment: &'a dyn Fn(&str) -> Option<String>,
    /// The names of all configured connectors.
    pub(super) connectors: &'a [ConnectorName],
}
