//! The expressions of a mapping: CEL (the Common Expression Language), parsed by the `cel` crate and evaluated here.
//!
//! Threats, and what stops them. *An expression that takes long or exhausts memory*: every step and every byte is charged to the
//! operation's budget before it is done, one expression may take only a part of it, and long texts and unknown functions are
//! refused at load. *A panic in the parser on an unforeseen input*: it is caught, and is an error of the rule like any other.
//! *A typo that silently yields null*: every attribute is looked up at load.
//!
//! An expression is taken apart once (`inspect`): each path that starts at a variable (`name.givenName`) becomes one input
//! that the gateway itself looks up. So an absent value is null at any depth, it is known what an expression reads, and a
//! PATCH can be evaluated with the inputs it does not touch left *unknown*: unless CEL's own rules decide without them, the
//! outcome depends on the current resource.

#[cfg(test)]
mod agreement;
mod error;
mod evaluate;
mod fault;
mod functions;
mod input;
mod inspect;
mod meter;
mod operators;
mod program;
#[cfg(test)]
pub(super) mod random;
mod shape;
mod tree;
mod value;

use crate::budget::{Budget, Spent};
use cel::Env;
pub(super) use error::{EvaluationError, ExpressionError};
use evaluate::Evaluation;
pub(super) use input::{Input, Known};
use inspect::Scope;
use meter::Meter;
use program::Node;
use scim_protocol::{ResourceType, Slot};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

/// The longest expression, in characters; this also bounds how deep it nests.
const MAX_LENGTH: usize = 1024;

/// The most that an expression may read, in JSON values plus bytes of strings.
const MAX_INPUT: usize = 256 * 1024;

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Expression {
    root: Node,
    inputs: Vec<Input>,
}

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

impl Expression {
    /// An expression over the attributes of a resource type; extensions are `extension["urn"]`.
    pub(crate) fn over_resource(text: &str, resource_type: &ResourceType) -> Result<Self, Vec<ExpressionError>> {
        Self::compile(text, Scope::Resource(resource_type))
    }

    /// An expression over `app`, the app's document.
    pub(crate) fn over_app(text: &str) -> Result<Self, Vec<ExpressionError>> {
        Self::compile(text, Scope::App)
    }

    fn compile(text: &str, scope: Scope<'_>) -> Result<Self, Vec<ExpressionError>> {
        let whole = |message: &str| vec![ExpressionError { offset: 0, message: message.to_owned(), syntax: true }];
        if text.chars().count() > MAX_LENGTH {
            return Err(whole(&format!(
                "longer than {MAX_LENGTH} characters; use a transform of the connector instead"
            )));
        }
        let program = catch_unwind(AssertUnwindSafe(|| ENVIRONMENT.compile(text)))
            .map_err(|_| whole("the parser failed"))?
            .map_err(|errors| errors.errors.iter().map(|error| syntax_error(text, error)).collect::<Vec<_>>())?;
        let (ast, inputs) = inspect::inspect(program.expression().clone(), scope, program.source_info())?;
        let root = program::compile(ast, program.source_info())?;
        Ok(Self { root, inputs })
    }

    /// The inputs that it reads.
    pub(crate) fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The SCIM slots that it reads.
    pub(crate) fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.inputs.iter().filter_map(|input| match input {
            Input::Slot(slot) => Some(slot.as_ref()),
            Input::App(_) => None,
        })
    }

    /// Evaluates the expression with these inputs, in the order of [`Self::inputs`]; `None` is null.
    pub(crate) fn evaluate(&self, known: &[Known<'_>], budget: &mut Budget) -> Result<Option<Value>, EvaluationError> {
        let (mut left, mut unknown) = (MAX_INPUT, false);
        for known in known {
            match known {
                Known::Unknown => unknown = true,
                Known::Absent => {}
                Known::Is(value) => {
                    let fits = measure(value, &mut left, budget).map_err(EvaluationError::Spent)?;
                    if !fits {
                        let message = "the values that the expression reads are too large";
                        return Err(EvaluationError::Failed(message.to_owned()));
                    }
                }
            }
        }
        let mut evaluation = Evaluation { known, meter: Meter::new(budget), locals: Vec::new() };
        let result = evaluation.value(&self.root);
        match result.and_then(|value| value::to_json(&value, &mut evaluation.meter)) {
            Ok(Value::Null) => Ok(None),
            Ok(value) => Ok(Some(value)),
            Err(fault) => match EvaluationError::from(fault) {
                spent @ EvaluationError::Spent(_) => Err(spent),
                // A fault may come from what is not known: `&&`, `||` and `?:` ignore it where they can.
                _ if unknown => Err(EvaluationError::Depends),
                error => Err(error),
            },
        }
    }
}

/// Takes a value from what an expression may read; false if it does not fit.
fn measure(value: &Value, left: &mut usize, budget: &mut Budget) -> Result<bool, Spent> {
    budget.step(1)?;
    let size = if let Value::String(text) = value { text.len() } else { 0 };
    match left.checked_sub(size + 1) {
        Some(rest) => *left = rest,
        None => return Ok(false),
    }
    match value {
        Value::Array(elements) => all_fit(elements.iter(), left, budget),
        Value::Object(members) => all_fit(members.values(), left, budget),
        _ => Ok(true),
    }
}

fn all_fit<'v>(values: impl Iterator<Item = &'v Value>, left: &mut usize, budget: &mut Budget) -> Result<bool, Spent> {
    for value in values {
        if !measure(value, left, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn syntax_error(text: &str, error: &cel::ParseError) -> ExpressionError {
    let (line, column) = error.pos;
    let line = usize::try_from(line).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(column).unwrap_or(1).saturating_sub(1);
    let before: usize = text.split_inclusive('\n').take(line).map(|line| line.chars().count()).sum();
    // The first line is the message; the parser's excerpt of the source would be a second position.
    let message = error.msg.lines().next().unwrap_or_default().to_owned();
    ExpressionError { offset: (before + column).min(text.chars().count()), message, syntax: true }
}
