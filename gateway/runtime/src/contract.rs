//! The version of the contract.

/// Major and minor version of the WIT package that this gateway supports.
pub const CONTRACT: &str = "0.1";
