//! One rule of a mapping, compiled: every path, transform and expression is resolved, so that mapping a resource parses
//! nothing.

use super::app_path::AppPath;
use super::error::MapError;
use super::expression::{EvaluationError, Expression, Input, Known};
use super::transform::{Transform, TransformFault, Transforms, fit};
use scim_protocol::schema::AttributeType;
use scim_protocol::{Object, Slot};
use serde_json::Value;
use std::borrow::Cow;

/// A compiled rule.
#[derive(Debug)]
pub(super) struct Rule {
    /// The rule's number, from 1.
    pub(super) number: usize,
    pub(super) slot: Slot,
    /// The slot's canonical text.
    pub(super) name: String,
    /// The type of the slot's value.
    pub(super) kind: AttributeType,
    /// Whether the slot is a whole multi-valued attribute.
    pub(super) whole_array: bool,
    pub(super) app: Option<AppPath>,
    pub(super) source: Source,
    pub(super) inverse: Option<Expression>,
    pub(super) default: Option<Value>,
    pub(super) on_create: bool,
    pub(super) to_app: bool,
    pub(super) to_scim: bool,
    pub(super) precedence: Option<u64>,
    pub(super) transform: Option<Transform>,
    pub(super) reference: Option<String>,
    pub(super) keep: bool,
    pub(super) single: bool,
    /// Whether items of this field are added and removed one by one.
    pub(super) incremental: bool,
}

/// Where the app's value comes from.
#[derive(Debug)]
pub(super) enum Source {
    Direct,
    Constant(Value),
    Expression(Expression),
}

impl Rule {
    /// The app's field, for a message.
    pub(super) fn field(&self) -> &str {
        self.app.as_ref().map_or("an expression", AppPath::as_str)
    }

    pub(super) fn is_constant(&self) -> bool {
        matches!(self.source, Source::Constant(_))
    }

    /// The SCIM value that the rule reads from a resource, before any transform. An empty array counts as no value.
    pub(super) fn value_in<'r>(&'r self, resource: &'r Object) -> Result<Option<Cow<'r, Value>>, MapError> {
        match &self.source {
            Source::Direct => Ok(self.slot.get(resource).filter(|value| has_value(value)).map(Cow::Borrowed)),
            Source::Constant(value) => Ok(Some(Cow::Borrowed(value))),
            Source::Expression(expression) => {
                let known: Vec<_> = expression.slots().map(|slot| Known::from(slot.get(resource))).collect();
                match expression.evaluate(&known) {
                    Ok(value) => Ok(value.filter(has_value).map(Cow::Owned)),
                    Err(error) => Err(self.expression_failed(error)),
                }
            }
        }
    }

    pub(super) fn expression_failed(&self, error: EvaluationError) -> MapError {
        let detail = match error {
            EvaluationError::Failed(detail) => detail,
            EvaluationError::Depends => "it depends on unknown values".to_owned(),
        };
        MapError::Expression { attribute: self.name.clone(), field: self.field().to_owned(), detail }
    }

    /// The app's value for a SCIM value; `None` leaves the field alone.
    pub(super) async fn value_to_app<T: Transforms>(
        &self,
        value: &Value,
        transforms: &mut T,
    ) -> Result<Option<Value>, MapError> {
        let refused = |detail| MapError::Value { attribute: self.name.clone(), detail };
        match &self.transform {
            Some(Transform::Connector(name)) => {
                transforms.to_app(name, value).await.map_err(|fault| self.transform_failed(fault))
            }
            Some(Transform::BuiltIn(transform)) => transform.to_app(self.one_of(value)).map(Some).map_err(refused),
            None => Ok(Some(self.one_of(value).clone())),
        }
    }

    /// The SCIM value that the rule reads from the app's document; kept values are ignored.
    pub(super) async fn value_from_app<T: Transforms>(
        &self,
        document: &Object,
        transforms: &mut T,
    ) -> Result<Option<Value>, MapError> {
        let refused =
            |detail| MapError::AppValue { attribute: self.name.clone(), field: self.field().to_owned(), detail };
        let value = match (&self.inverse, &self.app, &self.source) {
            (Some(inverse), ..) => self.inverted(inverse, document).map_err(refused)?,
            (None, Some(app), _) => app.get(document).filter(|value| has_content(value)).cloned(),
            (None, None, Source::Constant(value)) => Some(value.clone()),
            (None, None, _) => None,
        };
        let value = match (value, &self.transform) {
            (None, _) => None,
            // An inverse alone determines the returned value.
            (Some(value), Some(Transform::Connector(name))) if self.inverse.is_none() => {
                transforms.to_scim(name, &value).await.map_err(|fault| self.transform_failed(fault))?
            }
            (Some(value), Some(Transform::BuiltIn(transform))) if self.inverse.is_none() => {
                Some(transform.to_scim(&value).map_err(refused)?)
            }
            (Some(value), _) => Some(value),
        };
        match value.filter(has_value) {
            Some(value) if self.whole_array => Ok(Some(self.as_array(value))),
            Some(value) => fit(self.kind, value).map(Some).map_err(refused),
            None => Ok(None),
        }
    }

    /// The slots on which the app's value depends.
    pub(super) fn slots(&self) -> Vec<&Slot> {
        match &self.source {
            Source::Direct => vec![&self.slot],
            Source::Constant(_) => Vec::new(),
            Source::Expression(expression) => expression.slots().collect(),
        }
    }

    fn inverted(&self, inverse: &Expression, document: &Object) -> Result<Option<Value>, String> {
        let mut known = Vec::with_capacity(inverse.inputs().len());
        let reads_whole = inverse.inputs().iter().any(|input| matches!(input, Input::App(path) if path.is_empty()));
        let whole = reads_whole.then(|| Value::Object(document.clone()));
        for input in inverse.inputs() {
            let Input::App(path) = input else { continue };
            let value = match path.split_first() {
                None => whole.as_ref(),
                Some((first, rest)) => {
                    rest.iter().try_fold(document.get(first), |value, step| Some(value?.get(step))).flatten()
                }
            };
            known.push(Known::from(value));
        }
        inverse.evaluate(&known).map_err(|error| match error {
            EvaluationError::Failed(detail) => detail,
            EvaluationError::Depends => "it depends on unknown values".to_owned(),
        })
    }

    fn transform_failed(&self, fault: TransformFault) -> MapError {
        MapError::Transform { attribute: self.name.clone(), fault }
    }

    /// The one value for the app, if it stores only one: the `value` of the primary element or else of the first.
    fn one_of<'v>(&self, value: &'v Value) -> &'v Value {
        let (true, Value::Array(elements)) = (self.single, value) else { return value };
        let primary = elements.iter().find(|element| element.get("primary") == Some(&Value::Bool(true)));
        let Some(element) = primary.or(elements.first()) else { return value };
        element.get("value").unwrap_or(element)
    }

    fn as_array(&self, value: Value) -> Value {
        match value {
            Value::Array(_) => value,
            Value::Object(_) => Value::Array(vec![value]),
            scalar if self.kind == AttributeType::Complex => {
                let mut element = Object::new();
                element.insert("value".to_owned(), scalar);
                Value::Array(vec![Value::Object(element)])
            }
            scalar => Value::Array(vec![scalar]),
        }
    }
}

/// Null and an empty array count as no value (RFC 7643 §2.5).
pub(super) fn has_value(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(elements) => !elements.is_empty(),
        _ => true,
    }
}

/// Apps often return an empty string for a field without a value.
fn has_content(value: &Value) -> bool {
    has_value(value) && value.as_str() != Some("")
}
