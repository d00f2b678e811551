//! One rule of a mapping, compiled: every path, transform and expression is resolved, so that mapping a resource parses
//! nothing.

use super::app_path::AppPath;
use super::budget::{Budget, Spent, size};
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
    /// The rule's place, for the operator: `mapping.json:12:7: User rule 3 (userName)`.
    pub(super) place: String,
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

/// The direction in which a rule is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Toward {
    App,
    Scim,
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
    pub(super) fn value_in<'r>(
        &'r self,
        resource: &'r Object,
        budget: &mut Budget,
    ) -> Result<Option<Cow<'r, Value>>, MapError> {
        self.charged(budget.step(1), Toward::App)?;
        match &self.source {
            Source::Direct => Ok(self.slot.get(resource).filter(|value| has_value(value)).map(Cow::Borrowed)),
            Source::Constant(value) => Ok(Some(Cow::Borrowed(value))),
            Source::Expression(expression) => {
                let known: Vec<_> = expression.slots().map(|slot| Known::from(slot.get(resource))).collect();
                match expression.evaluate(&known, budget) {
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
            EvaluationError::Spent(spent) => return self.too_expensive(spent, Toward::App),
        };
        MapError::Expression { attribute: self.name.clone(), field: self.field().to_owned(), detail }
    }

    /// The app's value for a SCIM value; `None` leaves the field alone.
    pub(super) async fn value_to_app<T: Transforms>(
        &self,
        value: &Value,
        budget: &mut Budget,
        transforms: &mut T,
    ) -> Result<Option<Value>, MapError> {
        let refused = |detail| MapError::Value { attribute: self.name.clone(), detail };
        budget.pause(transforms).await;
        match &self.transform {
            Some(Transform::Connector(name)) => {
                let made = transforms.to_app(name, value).await.map_err(|fault| self.transform_failed(fault))?;
                self.charged(made.iter().try_for_each(|made| budget.copy(made)), Toward::App)?;
                Ok(made)
            }
            Some(Transform::BuiltIn(transform)) => {
                let value = self.one_of(value);
                // Lower case can take more bytes than upper case.
                self.charged(budget.copy(value).and_then(|()| budget.copy(value)), Toward::App)?;
                transform.to_app(value).map(Some).map_err(refused)
            }
            None => self.copied(self.one_of(value), budget, Toward::App).map(Some),
        }
    }

    /// A copy of a value.
    pub(super) fn copied(&self, value: &Value, budget: &mut Budget, toward: Toward) -> Result<Value, MapError> {
        self.charged(budget.copy(value), toward)?;
        Ok(value.clone())
    }

    /// The error for work that the budget does not allow.
    pub(super) fn charged(&self, charged: Result<(), Spent>, toward: Toward) -> Result<(), MapError> {
        charged.map_err(|spent| self.too_expensive(spent, toward))
    }

    pub(super) fn too_expensive(&self, spent: Spent, toward: Toward) -> MapError {
        let (attribute, place) = (self.name.clone(), self.place.clone());
        MapError::TooExpensive { attribute, place, spent, from_app: toward == Toward::Scim }
    }

    /// The SCIM value that the rule reads from the app's document; kept values are ignored.
    pub(super) async fn value_from_app<T: Transforms>(
        &self,
        document: &Object,
        budget: &mut Budget,
        transforms: &mut T,
    ) -> Result<Option<Value>, MapError> {
        budget.pause(transforms).await;
        self.charged(budget.step(1), Toward::Scim)?;
        let refused =
            |detail| MapError::AppValue { attribute: self.name.clone(), field: self.field().to_owned(), detail };
        let value = match (&self.inverse, &self.app, &self.source) {
            (Some(inverse), ..) => self.inverted(inverse, document, budget)?,
            (None, Some(app), _) => match app.get(document).filter(|value| has_content(value)) {
                Some(value) => Some(self.copied(value, budget, Toward::Scim)?),
                None => None,
            },
            (None, None, Source::Constant(value)) => Some(self.copied(value, budget, Toward::Scim)?),
            (None, None, _) => None,
        };
        let value = match (value, &self.transform) {
            (None, _) => None,
            // An inverse alone determines the returned value.
            (Some(value), Some(Transform::Connector(name))) if self.inverse.is_none() => {
                let made = transforms.to_scim(name, &value).await.map_err(|fault| self.transform_failed(fault))?;
                self.charged(made.iter().try_for_each(|made| budget.copy(made)), Toward::Scim)?;
                made
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

    fn inverted(
        &self,
        inverse: &Expression,
        document: &Object,
        budget: &mut Budget,
    ) -> Result<Option<Value>, MapError> {
        let mut known = Vec::with_capacity(inverse.inputs().len());
        let reads_whole = inverse.inputs().iter().any(|input| matches!(input, Input::App(path) if path.is_empty()));
        let mut whole = None;
        if reads_whole {
            let size = document.iter().map(|(name, value)| name.len() + size(value)).sum();
            self.charged(budget.make(size), Toward::Scim)?;
            whole = Some(Value::Object(document.clone()));
        }
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
        let refused =
            |detail| MapError::AppValue { attribute: self.name.clone(), field: self.field().to_owned(), detail };
        inverse.evaluate(&known, budget).map_err(|error| match error {
            EvaluationError::Failed(detail) => refused(detail),
            EvaluationError::Depends => refused("it depends on unknown values".to_owned()),
            EvaluationError::Spent(spent) => self.too_expensive(spent, Toward::Scim),
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
