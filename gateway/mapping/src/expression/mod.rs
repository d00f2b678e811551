//! The expressions of a mapping: CEL (the Common Expression Language), by the `cel` crate.
//!
//! Threats, and what stops them. *An expression that runs forever or exhausts memory*: CEL's only loops are comprehensions
//! over lists; nested comprehensions, long texts and unknown functions are refused at load, and inputs and results are
//! counted at run time. *A panic in the library on an unforeseen input*: it is caught, and is an error of the attribute like
//! any other. *A typo that silently yields null*: every attribute is looked up at load.
//!
//! An expression is taken apart once (`inspect`): each path that starts at a variable (`name.givenName`) becomes one input
//! that the gateway itself looks up. So an absent value is null at any depth, it is known what an expression reads, and a
//! PATCH can be evaluated with the inputs it does not touch left *unknown*: unless CEL's own rules decide without them, the
//! outcome depends on the current resource.

mod convert;
mod error;
mod functions;
mod input;
mod inspect;
mod shape;
mod tree;

use cel::common::types::CelNull;
use cel::common::value::Val;
use cel::parser::Expression as Ast;
use cel::{Context, Env};
use convert::{MAX_INPUT, from_cel, to_cel};
pub(super) use error::{EvaluationError, ExpressionError};
pub(super) use input::{Input, Known};
use inspect::Scope;
use scim_protocol::{ResourceType, Slot};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

/// The longest expression, in characters; this also bounds how deep it nests.
const MAX_LENGTH: usize = 1024;

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Expression {
    ast: Ast,
    inputs: Vec<Input>,
}

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));
static FUNCTIONS: LazyLock<Context<'static, 'static>> = LazyLock::new(|| {
    let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
    functions::add_to(&mut context);
    context
});

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
        Ok(Self { ast, inputs })
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
    pub(crate) fn evaluate(&self, known: &[Known<'_>]) -> Result<Option<Value>, EvaluationError> {
        let mut scope = FUNCTIONS.new_inner_scope();
        let (mut budget, mut unknown) = (MAX_INPUT, false);
        for (index, known) in known.iter().enumerate() {
            let value = match known {
                Known::Unknown => {
                    unknown = true;
                    continue;
                }
                Known::Absent => Box::new(CelNull) as Box<dyn Val + '_>,
                Known::Is(value) => to_cel(value, &mut budget).ok_or_else(|| {
                    EvaluationError::Failed("the values that the expression reads are too large".to_owned())
                })?,
            };
            scope.add_variable_as_val(inspect::variable(index), value);
        }
        match catch_unwind(AssertUnwindSafe(|| cel::Value::resolve(&self.ast, &scope))) {
            Ok(Ok(result)) => from_cel(&result).map_err(EvaluationError::Failed),
            // An unknown input is an undeclared variable: CEL's `&&`, `||` and `?:` ignore it where they can.
            _ if unknown => Err(EvaluationError::Depends),
            Ok(Err(error)) => Err(EvaluationError::Failed(explain(&error))),
            Err(_) => Err(EvaluationError::Failed("the expression could not be evaluated".to_owned())),
        }
    }
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

fn explain(error: &cel::ExecutionError) -> String {
    match error {
        cel::ExecutionError::NoSuchOverload(_)
        | cel::ExecutionError::UnexpectedType { .. }
        | cel::ExecutionError::UnsupportedBinaryOperator(..) => {
            // The library's messages can contain whole values, so only the kind of error is passed on.
            "a value is absent or has the wrong type; use coalesce() or join() for values that may be absent".to_owned()
        }
        cel::ExecutionError::FunctionError { function, message } => format!("{function}(): {message}"),
        cel::ExecutionError::DivisionByZero(_) | cel::ExecutionError::RemainderByZero(_) => {
            "division by zero".to_owned()
        }
        _ => "the values do not fit the expression".to_owned(),
    }
}
