//! Errors of a mapping document, and of a value that is mapped.

use super::budget::Spent;
use super::locate::Position;
use super::transform::TransformFault;
use std::fmt;

/// All errors of one document, in the order of the text.
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

/// One error of a document: `mapping.json:12:16: User rule 3 (userName): no …; did you mean …?`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{source_name}:{}:{}: {}{problem}", .position.line, .position.column, .rule.as_ref().map(|rule| format!("{rule}: ")).unwrap_or_default())]
pub struct MappingError {
    /// The file, as the caller of `Mapping::parse` named it.
    pub source_name: String,
    /// The position in it.
    pub position: Position,
    /// The rule, if the error is in one.
    pub rule: Option<RuleName>,
    /// What is wrong and what to write instead.
    pub problem: Problem,
}

/// Identifies a rule for an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleName {
    /// `User`.
    pub resource_type: String,
    /// Counted from 1 within the resource type.
    pub number: usize,
    /// The rule's SCIM path as written, if it has one.
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

/// The kinds of errors. Each text says what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The text is not JSON.
    #[error("not valid JSON: {0}")]
    Syntax(String),
    /// An object has two properties of the same name.
    #[error("duplicate property `{0}`; only one of them would be used")]
    Repeated(String),
    /// The document violates the published JSON Schema.
    #[error("{0}")]
    Shape(String),
    /// A property that mapping documents do not have.
    #[error("unknown property `{name}`{hint}")]
    UnknownProperty {
        /// The property.
        name: String,
        /// The nearest known name, or all known names.
        hint: String,
    },
    /// A resource type that the connector does not have.
    #[error("the connector has no resource type `{name}`{hint}")]
    UnknownResourceType {
        /// The name.
        name: String,
        /// The nearest known name, or all known names.
        hint: String,
    },
    /// The resource type has no such attribute.
    #[error("{detail}{hint}")]
    Slot {
        /// The path parser's message.
        detail: String,
        /// The nearest path.
        hint: String,
    },
    /// The SCIM path exists, but a rule cannot use it.
    #[error("{0}")]
    SlotUse(String),
    /// The app path does not parse.
    #[error("`{path}` is not a field path: expected {expected}")]
    AppPath {
        /// The path.
        path: String,
        /// What was expected at the position.
        expected: &'static str,
    },
    /// Two rules write fields of which one contains the other.
    #[error(
        "the field `{field}` overlaps `{other}`, which rule {rule} writes; write either the whole field or its parts"
    )]
    FieldOverlap {
        /// This rule's field.
        field: String,
        /// The other's.
        other: String,
        /// The other rule's number.
        rule: usize,
    },
    /// The transform is neither built in nor one of the connector's.
    #[error("unknown transform `{name}`{hint}")]
    UnknownTransform {
        /// The name.
        name: String,
        /// The nearest known name, or all known names.
        hint: String,
    },
    /// The expression does not parse.
    #[error("the expression does not parse: {0}")]
    Expression(String),
    /// The expression reads or calls something that does not exist, or could run without bound.
    #[error("{0}")]
    ExpressionUse(String),
    /// Keys of a rule exclude each other, or one requires another.
    #[error("{0}")]
    Combination(String),
    /// Two rules return the same attribute.
    #[error("rule {rule} already returns this attribute; set \"direction\": \"to-app\" on one of them")]
    WrittenBackTwice {
        /// The other rule's number.
        rule: usize,
    },
    /// Two rules have the same matching precedence.
    #[error("rule {rule} already has match precedence {precedence}; use another number")]
    MatchTwice {
        /// The other rule's number.
        rule: usize,
        /// The precedence.
        precedence: u64,
    },
    /// The document exceeds a limit, which the text names.
    #[error("{0}")]
    Limit(String),
    /// The default does not have the attribute's type.
    #[error("invalid default: {0}")]
    Default(String),
}

/// Why a resource could not be mapped. Each error names the attribute (or the app's field) by its path.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MapError {
    /// The client's value cannot be converted for the app: 400 `invalidValue`.
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
        /// The evaluation's message.
        detail: String,
    },
    /// The app's value cannot be converted for the attribute, because the app returned nonsense: 502.
    #[error("`{attribute}` cannot be read from the app's field `{field}`: {detail}")]
    AppValue {
        /// The SCIM path.
        attribute: String,
        /// The app's field, or the source of the value.
        field: String,
        /// What the value should have been.
        detail: String,
    },
    /// The operation's budget ([`crate::Budget`]) does not allow what the rule would do. From the app: 502, because its data or the
    /// mapping is at fault; for the app: 400, because the client's values are.
    #[error("`{attribute}` is too expensive: {spent}")]
    TooExpensive {
        /// The SCIM path.
        attribute: String,
        /// The rule's place in the mapping, for the operator: `mapping.json:12:7: User rule 3 (userName)`.
        place: String,
        /// What was used up.
        spent: Spent,
        /// Whether the app's data was mapped, and not the client's.
        from_app: bool,
    },
    /// A transform of the connector refused the value or failed.
    #[error("`{attribute}`: {fault}")]
    Transform {
        /// The SCIM path.
        attribute: String,
        /// The connector's fault.
        fault: TransformFault,
    },
}
