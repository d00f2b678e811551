//! What can be wrong with a mapping document, and with a value that goes through it.

use super::locate::Position;
use super::transform::TransformFault;
use std::fmt;

/// Everything that is wrong with one document, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingErrors(pub Vec<MappingError>);

impl fmt::Display for MappingErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for MappingErrors {}

/// One fault of a document: `mapping.json:12:16: User rule 3 (userName): no …; did you mean …?`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{source_name}:{}:{}: {}{problem}", .position.line, .position.column, .rule.as_ref().map(|rule| format!("{rule}: ")).unwrap_or_default())]
pub struct MappingError {
    /// The file, as the caller of `Mapping::parse` named it.
    pub source_name: String,
    /// Where in it.
    pub position: Position,
    /// The rule, when the fault lies in one.
    pub rule: Option<RuleName>,
    /// What is wrong and what would be right.
    pub problem: Problem,
}

/// How an administrator finds a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleName {
    /// `User`.
    pub resource_type: String,
    /// Counted from 1 within the resource type.
    pub number: usize,
    /// The rule's SCIM path as written, when it has one.
    pub scim: Option<String>,
}

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rule {}", self.resource_type, self.number)?;
        match &self.scim {
            Some(scim) => write!(f, " ({scim})"),
            None => Ok(()),
        }
    }
}

/// The kinds of faults. Each text says what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The text is not JSON.
    #[error("not valid JSON: {0}")]
    Syntax(String),
    /// A property stands twice in one object.
    #[error("`{0}` stands here a second time; only one of them would be seen")]
    Repeated(String),
    /// The document does not have the shape of the published JSON Schema.
    #[error("{0}")]
    Shape(String),
    /// A property that mapping documents do not have.
    #[error("there is no `{name}` here{hint}")]
    UnknownProperty {
        /// The property.
        name: String,
        /// The nearest name, or all there are.
        hint: String,
    },
    /// A resource type that the connector does not have.
    #[error("the connector has no resource type `{name}`{hint}")]
    UnknownResourceType {
        /// The name.
        name: String,
        /// The nearest name, or all there are.
        hint: String,
    },
    /// The SCIM path points at nothing that the resource type has.
    #[error("{detail}{hint}")]
    Slot {
        /// What the path's parser says.
        detail: String,
        /// The nearest path.
        hint: String,
    },
    /// The SCIM path exists and a rule cannot use it.
    #[error("{0}")]
    SlotUse(String),
    /// The app path does not parse.
    #[error("`{path}` is not a field path: expected {expected}")]
    AppPath {
        /// The path.
        path: String,
        /// What would be right at the position.
        expected: &'static str,
    },
    /// Two rules write fields of which one lies inside the other.
    #[error("the field `{field}` overlaps `{other}`, which rule {rule} writes; write the one or the parts")]
    FieldOverlap {
        /// This rule's field.
        field: String,
        /// The other's.
        other: String,
        /// The other rule's number.
        rule: usize,
    },
    /// A transform that is neither built in nor the connector's.
    #[error("there is no transform `{name}`{hint}")]
    UnknownTransform {
        /// The name.
        name: String,
        /// The nearest name, or all there are.
        hint: String,
    },
    /// The expression does not parse.
    #[error("the expression does not parse: {0}")]
    Expression(String),
    /// The expression reads or calls something that does not exist, or could run without bound.
    #[error("{0}")]
    ExpressionUse(String),
    /// Two keys of a rule that exclude each other, or one that needs another.
    #[error("{0}")]
    Combination(String),
    /// Two rules give the same attribute a value on the way back.
    #[error("rule {rule} already gives this attribute its value; let one of them say \"direction\": \"to-app\"")]
    WrittenBackTwice {
        /// The other rule's number.
        rule: usize,
    },
    /// Two rules have the same matching precedence.
    #[error("rule {rule} already has match precedence {precedence}; give each its own")]
    MatchTwice {
        /// The other rule's number.
        rule: usize,
        /// The precedence.
        precedence: u64,
    },
    /// The default does not have the attribute's type.
    #[error("the default does not fit: {0}")]
    Default(String),
}

/// Why a resource could not be mapped. Each names the attribute (or the app's field) by its path.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MapError {
    /// The client's value cannot become the app's: 400 `invalidValue`.
    #[error("`{attribute}`: {detail}")]
    Value {
        /// The SCIM path.
        attribute: String,
        /// What the value should have been.
        detail: String,
    },
    /// The expression failed on the client's values: 400 `invalidValue`.
    #[error("`{attribute}` could not be computed for the app's field `{field}`: {detail}")]
    Expression {
        /// The rule's SCIM path.
        attribute: String,
        /// The app's field.
        field: String,
        /// What the evaluation says.
        detail: String,
    },
    /// The app's value cannot become the attribute's: the app answered nonsense, 502.
    #[error("`{attribute}` cannot be read from the app's field `{field}`: {detail}")]
    AppValue {
        /// The SCIM path.
        attribute: String,
        /// The app's field, or what computes the value.
        field: String,
        /// What the value should have been.
        detail: String,
    },
    /// A transform of the connector refused the value or failed.
    #[error("`{attribute}`: {fault}")]
    Transform {
        /// The SCIM path.
        attribute: String,
        /// As the connector gave it.
        fault: TransformFault,
    },
}
