//! The expressions of a mapping: CEL (the Common Expression Language), by the `cel` crate.
//!
//! Threats and what stops them. *An expression that runs for ever or eats memory*: CEL has no loops but
//! comprehensions over lists; one inside another, long texts and unknown functions are refused at load, inputs and
//! results are counted at run time. *A panic in the library on an input nobody thought of*: caught, and an error of the
//! attribute like any other. *A typo that silently yields null*: every attribute is looked up at load.
//!
//! An expression is taken apart once (`inspect`): each path that starts at a variable (`name.givenName`) becomes one
//! input that the gateway itself looks up, so absent is null at any depth, what an expression reads is known, and a
//! PATCH can be evaluated with the inputs that it does not touch left *unknown*: unless CEL's own rules decide without
//! them, the outcome depends on the current resource.

mod functions;
mod inspect;
mod shape;
mod tree;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};

use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelNull, CelString, CelUInt};
use cel::common::value::Val;
use cel::objects::Key;
use cel::parser::Expression as Ast;
use cel::{Context, Env};
use scim_protocol::{ResourceType, Slot};
use serde_json::{Number, Value};

/// What an expression may be long, in characters: it also bounds how deep it nests.
const MAX_LENGTH: usize = 1024;
/// What an expression may read: JSON values, and bytes of strings.
const MAX_INPUT: usize = 256 * 1024;
/// What a function may make, in bytes.
const MAX_STRING: usize = 64 * 1024;

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Expression {
    ast: Ast,
    inputs: Vec<Input>,
}

/// A path that an expression reads.
#[derive(Debug, PartialEq)]
pub(super) enum Input {
    /// An attribute of the SCIM resource.
    Slot(Box<Slot>),
    /// Members of the app's document, from its top; empty is the document.
    App(Vec<String>),
}

/// What is known of an input.
#[derive(Debug, Clone, Copy)]
pub(super) enum Known<'v> {
    /// It has no value: null.
    Absent,
    /// Its value.
    Is(&'v Value),
    /// It may have any value.
    Unknown,
}

impl<'v> From<Option<&'v Value>> for Known<'v> {
    fn from(value: Option<&'v Value>) -> Self {
        value.map_or(Self::Absent, Self::Is)
    }
}

/// A fault of an expression's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// How many characters stand before it.
    pub(super) offset: usize,
    pub(super) message: String,
    /// Whether the text is no CEL at all.
    pub(super) syntax: bool,
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The result depends on an input that is unknown.
    Depends,
    /// The values do not fit the expression.
    Failed(String),
}

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));
static FUNCTIONS: LazyLock<Context<'static, 'static>> = LazyLock::new(|| {
    let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
    functions::add_to(&mut context);
    context
});

impl Expression {
    /// An expression over the attributes of a resource type; extensions are `extension["urn"]`.
    pub(super) fn over_resource(text: &str, resource_type: &ResourceType) -> Result<Self, Vec<Fault>> {
        Self::compile(text, inspect::Scope::Resource(resource_type))
    }

    /// An expression over `app`, the app's document.
    pub(super) fn over_app(text: &str) -> Result<Self, Vec<Fault>> {
        Self::compile(text, inspect::Scope::App)
    }

    fn compile(text: &str, scope: inspect::Scope<'_>) -> Result<Self, Vec<Fault>> {
        let whole = |message: &str| vec![Fault { offset: 0, message: message.to_owned(), syntax: true }];
        if text.chars().count() > MAX_LENGTH {
            return Err(whole(&format!(
                "longer than {MAX_LENGTH} characters; a transform of the connector can do more"
            )));
        }
        let program = catch_unwind(AssertUnwindSafe(|| ENVIRONMENT.compile(text)))
            .map_err(|_| whole("the parser gave up on it"))?
            .map_err(|errors| errors.errors.iter().map(|error| syntax_fault(text, error)).collect::<Vec<_>>())?;
        let (ast, inputs) = inspect::inspect(program.expression().clone(), scope, program.source_info())?;
        Ok(Self { ast, inputs })
    }

    /// What it reads.
    pub(super) fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The slots that it reads.
    pub(super) fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.inputs.iter().filter_map(|input| match input {
            Input::Slot(slot) => Some(slot.as_ref()),
            Input::App(_) => None,
        })
    }

    /// The result for these inputs, given in the order of [`Self::inputs`]; `None` is null.
    pub(super) fn evaluate(&self, known: &[Known<'_>]) -> Result<Option<Value>, Failure> {
        let mut scope = FUNCTIONS.new_inner_scope();
        let (mut budget, mut unknown) = (MAX_INPUT, false);
        for (index, known) in known.iter().enumerate() {
            let value = match known {
                Known::Unknown => {
                    unknown = true;
                    continue;
                }
                Known::Absent => Box::new(CelNull) as Box<dyn Val + '_>,
                Known::Is(value) => to_cel(value, &mut budget)
                    .ok_or_else(|| Failure::Failed("what the expression reads is too large".to_owned()))?,
            };
            scope.add_variable_as_val(inspect::variable(index), value);
        }
        match catch_unwind(AssertUnwindSafe(|| cel::Value::resolve(&self.ast, &scope))) {
            Ok(Ok(result)) => from_cel(&result).map_err(Failure::Failed),
            // An unknown input is an undeclared variable: CEL's `&&`, `||` and `?:` look past it where they may.
            _ if unknown => Err(Failure::Depends),
            Ok(Err(error)) => Err(Failure::Failed(explain(&error))),
            Err(_) => Err(Failure::Failed("the expression could not be evaluated".to_owned())),
        }
    }
}

fn syntax_fault(text: &str, error: &cel::ParseError) -> Fault {
    let (line, column) = error.pos;
    let line = usize::try_from(line).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(column).unwrap_or(1).saturating_sub(1);
    let before: usize = text.split_inclusive('\n').take(line).map(|line| line.chars().count()).sum();
    // The first line is what is wrong; the parser's picture of the source would be a second position.
    let message = error.msg.lines().next().unwrap_or_default().to_owned();
    Fault { offset: (before + column).min(text.chars().count()), message, syntax: true }
}

fn explain(error: &cel::ExecutionError) -> String {
    match error {
        cel::ExecutionError::NoSuchOverload(_)
        | cel::ExecutionError::UnexpectedType { .. }
        | cel::ExecutionError::UnsupportedBinaryOperator(..) => {
            // The library's texts can hold whole values: only the kind is said.
            "a value is absent or has the wrong type; coalesce() and join() allow for absent ones".to_owned()
        }
        cel::ExecutionError::FunctionError { function, message } => format!("{function}(): {message}"),
        cel::ExecutionError::DivisionByZero(_) | cel::ExecutionError::RemainderByZero(_) => {
            "division by zero".to_owned()
        }
        _ => "the values do not fit the expression".to_owned(),
    }
}

fn to_cel<'v>(value: &'v Value, budget: &mut usize) -> Option<Box<dyn Val + 'v>> {
    let size = if let Value::String(text) = value { text.len() } else { 0 };
    *budget = budget.checked_sub(size + 1)?;
    Some(match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(value) => Box::new(CelBool::from(*value)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => Box::new(CelInt::from(integer)),
            (None, Some(large)) => Box::new(CelUInt::from(large)),
            (None, None) => Box::new(CelDouble::from(number.as_f64()?)),
        },
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(elements) => {
            let elements: Option<Vec<_>> = elements.iter().map(|element| to_cel(element, budget)).collect();
            Box::new(CelList::from(elements?))
        }
        Value::Object(members) => {
            let mut map = HashMap::with_capacity(members.len());
            for (name, member) in members {
                map.insert(name.as_str().into(), to_cel(member, budget)?);
            }
            Box::new(CelMap::from(map))
        }
    })
}

fn from_cel(value: &cel::Value) -> Result<Option<Value>, String> {
    let json = |value: &cel::Value| Ok(from_cel(value)?.unwrap_or(Value::Null));
    Ok(Some(match value {
        cel::Value::Null => return Ok(None),
        cel::Value::Bool(value) => Value::Bool(*value),
        cel::Value::Int(value) => Value::from(*value),
        cel::Value::UInt(value) => Value::from(*value),
        cel::Value::Float(value) => {
            Value::Number(Number::from_f64(*value).ok_or("the result is not a number that JSON has")?)
        }
        cel::Value::String(text) if text.len() > MAX_STRING => return Err("the result is too long".to_owned()),
        cel::Value::String(text) => Value::String(text.to_string()),
        cel::Value::List(elements) => Value::Array(elements.iter().map(json).collect::<Result<_, String>>()?),
        cel::Value::Map(map) => {
            let members = map.map.iter().map(|(key, member)| {
                let Key::String(name) = key else { return Err("the result has keys that are not strings".to_owned()) };
                Ok((name.to_string(), json(member)?))
            });
            Value::Object(members.collect::<Result<_, String>>()?)
        }
        _ => return Err("the result is neither a JSON value nor null".to_owned()),
    }))
}
