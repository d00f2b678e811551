//! What can be wrong with an expression: with its text, and with an evaluation.

/// A fault of an expression's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExpressionError {
    /// How many characters stand before it.
    pub(crate) offset: usize,
    pub(crate) message: String,
    /// Whether the text is no CEL at all.
    pub(crate) syntax: bool,
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EvaluationError {
    /// The result depends on an input that is unknown.
    Depends,
    /// The values do not fit the expression.
    Failed(String),
}
