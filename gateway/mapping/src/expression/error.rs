//! Errors of an expression: in its text, and in an evaluation.

use crate::budget::Spent;

/// An error in an expression's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExpressionError {
    /// Its position, in characters.
    pub(crate) offset: usize,
    pub(crate) message: String,
    /// Whether the text is not valid CEL.
    pub(crate) syntax: bool,
}

/// Why an evaluation has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EvaluationError {
    /// The result depends on an input that is unknown.
    Depends,
    /// The values do not fit the expression.
    Failed(String),
    /// The evaluation costs more than it may.
    Spent(Spent),
}
