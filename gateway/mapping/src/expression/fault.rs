//! Why a part of an expression has no value.

use super::error::EvaluationError;
use crate::budget::Spent;

pub(super) const MISMATCH: &str =
    "a value is absent or has the wrong type; use coalesce() or join() for values that may be absent";

/// Why a part of an expression has no value. `&&`, `||` and `?:` decide without a part that has none, except what is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It reads an input that is unknown.
    Unknown,
    /// The values do not fit.
    Failed(&'static str),
    /// The values do not fit a function.
    Function(&'static str, &'static str),
    /// The budget is spent.
    Spent(Spent),
}

impl From<Spent> for Fault {
    fn from(spent: Spent) -> Self {
        Self::Spent(spent)
    }
}

impl From<Fault> for EvaluationError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unknown => Self::Depends,
            Fault::Failed(message) => Self::Failed(message.to_owned()),
            Fault::Function(function, message) => Self::Failed(format!("{function}(): {message}")),
            Fault::Spent(spent) => Self::Spent(spent),
        }
    }
}
