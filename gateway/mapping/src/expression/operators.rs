//! CEL's operators on two values.

use super::fault::{Fault, MISMATCH};
use super::meter::Meter;
use super::program::Operator;
use super::value::{List, Text, Val, compare, equal, made};
use std::borrow::Cow;
use std::rc::Rc;

const OVERFLOW: Fault = Fault::Failed("the values do not fit the expression");
const BY_ZERO: Fault = Fault::Failed("division by zero");

/// The result of an operator other than `in`.
pub(super) fn binary<'v>(
    operator: Operator,
    one: &Val<'v>,
    other: &Val<'v>,
    meter: &mut Meter<'_>,
) -> Result<Val<'v>, Fault> {
    match operator {
        Operator::Equal => equal(one, other, meter).map(Val::Bool),
        Operator::NotEqual => equal(one, other, meter).map(|equal| Val::Bool(!equal)),
        Operator::Less => compare(one, other, meter).map(|order| Val::Bool(order.is_lt())),
        Operator::LessOrEqual => compare(one, other, meter).map(|order| Val::Bool(order.is_le())),
        Operator::Greater => compare(one, other, meter).map(|order| Val::Bool(order.is_gt())),
        Operator::GreaterOrEqual => compare(one, other, meter).map(|order| Val::Bool(order.is_ge())),
        Operator::Add => match (one, other) {
            (Val::Text(one), Val::Text(other)) => concatenated(one, other, meter),
            (Val::List(one), _) => appended(one, other, meter),
            _ => computed(operator, one, other),
        },
        _ => computed(operator, one, other),
    }
}

/// Calculates with two whole numbers of one type, signed or not: the standard library has no trait for both.
macro_rules! whole {
    ($operator:expr, $one:expr, $other:expr) => {
        match $operator {
            Operator::Add => Ok($one.checked_add(*$other)),
            Operator::Subtract => Ok($one.checked_sub(*$other)),
            Operator::Multiply => Ok($one.checked_mul(*$other)),
            Operator::Divide | Operator::Remainder if *$other == 0 => Err(BY_ZERO),
            Operator::Divide => Ok($one.checked_div(*$other)),
            Operator::Remainder => Ok($one.checked_rem(*$other)),
            _ => Err(Fault::Failed(MISMATCH)),
        }
        .and_then(|result| result.ok_or(OVERFLOW))
    };
}

fn computed<'v>(operator: Operator, one: &Val<'v>, other: &Val<'v>) -> Result<Val<'v>, Fault> {
    match (one, other) {
        (Val::Int(one), Val::Int(other)) => whole!(operator, one, other).map(Val::Int),
        (Val::UInt(one), Val::UInt(other)) => whole!(operator, one, other).map(Val::UInt),
        (Val::Double(one), Val::Double(other)) => match operator {
            Operator::Add => Ok(Val::Double(one + other)),
            Operator::Subtract => Ok(Val::Double(one - other)),
            Operator::Multiply => Ok(Val::Double(one * other)),
            Operator::Divide => Ok(Val::Double(one / other)),
            _ => Err(Fault::Failed(MISMATCH)),
        },
        _ => Err(Fault::Failed(MISMATCH)),
    }
}

pub(super) fn negate<'v>(value: &Val<'v>) -> Result<Val<'v>, Fault> {
    match value {
        Val::Int(value) => value.checked_neg().map(Val::Int).ok_or(OVERFLOW),
        Val::Double(value) => Ok(Val::Double(-value)),
        _ => Err(Fault::Failed(MISMATCH)),
    }
}

fn concatenated<'v>(one: &Text<'v>, other: &Text<'v>, meter: &mut Meter<'_>) -> Result<Val<'v>, Fault> {
    let length = one.len() + other.len();
    meter.make(2 * length)?;
    let mut text = String::with_capacity(length);
    text.push_str(one);
    text.push_str(other);
    Ok(made(Cow::Owned(text)))
}

fn appended<'v>(one: &List<'v>, other: &Val<'v>, meter: &mut Meter<'_>) -> Result<Val<'v>, Fault> {
    let count = match other {
        Val::List(elements) => elements.len(),
        Val::Map(members) => 2 * members.len(),
        _ => return Err(Fault::Failed(MISMATCH)),
    };
    meter.step(one.len() + count)?;
    meter.make((one.len() + count) * size_of::<Val<'_>>())?;
    let mut elements: Vec<_> = one.iter().collect();
    match other {
        Val::List(more) => elements.extend(more.iter()),
        Val::Map(members) => elements.extend(members.keys()),
        _ => {}
    }
    Ok(Val::List(List::Made(Rc::new(elements))))
}

/// The position that a value names in a list: a whole number that is not negative.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "only whole numbers within the range are cast"
)]
pub(super) fn position(index: &Val<'_>) -> Option<usize> {
    match index {
        Val::Int(index) => usize::try_from(*index).ok(),
        Val::UInt(index) => usize::try_from(*index).ok(),
        Val::Double(index) if index.fract() == 0.0 && (0.0..9e15).contains(index) => Some(*index as usize),
        _ => None,
    }
}
