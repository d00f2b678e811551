//! Ids.

/// Ids are integers; one sequence numbers everything.
pub(super) type Id = u64;
