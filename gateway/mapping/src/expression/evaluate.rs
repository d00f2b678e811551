//! Evaluates an expression and charges every node and every byte before it is done.
//!
//! The meaning is that of CEL, as the `cel` crate has it; a test compares the two. The crate's own evaluation cannot be
//! interrupted and copies its values, which is why it only parses here.

use super::fault::{Fault, MISMATCH};
use super::input::Known;
use super::meter::Meter;
use super::operators;
use super::program::{Each, Node, Operator, What};
use super::value::{Key, List, Map, Text, Val, equal};
use crate::budget::steps_of_text;
use cel::common::ast::LiteralValue;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The bytes of a value in a list, and of one in a map.
const ELEMENT: usize = size_of::<Val<'_>>();
const ENTRY: usize = 2 * ELEMENT + size_of::<Key>();

type Evaluated<'v> = Result<Val<'v>, Fault>;

/// One evaluation.
pub(super) struct Evaluation<'v, 'b> {
    pub(super) known: &'v [Known<'v>],
    pub(super) meter: Meter<'b>,
    /// The elements of the macros around the current node.
    pub(super) locals: Vec<Val<'v>>,
}

impl<'v> Evaluation<'v, '_> {
    pub(super) fn value(&mut self, node: &'v Node) -> Evaluated<'v> {
        self.meter.step(1)?;
        match node {
            Node::Literal(literal) => Ok(literal_of(literal)),
            Node::Input(index) => match self.known.get(*index) {
                Some(Known::Is(value)) => Ok(Val::from(*value)),
                Some(Known::Absent) => Ok(Val::Null),
                Some(Known::Unknown) | None => Err(Fault::Unknown),
            },
            Node::Local(index) => self.locals.get(*index).cloned().ok_or(Fault::Unknown),
            Node::Field(operand, field) => {
                let operand = self.value(operand)?;
                self.at(&operand, &Val::Text(Text::Given(field)))
            }
            Node::Index(parts) => {
                let [operand, index] = &**parts;
                let (operand, index) = (self.value(operand)?, self.value(index)?);
                self.at(&operand, &index)
            }
            Node::Coalesce(parts) => {
                let mut last = Val::Null;
                for part in parts {
                    last = self.value(part)?;
                    if !matches!(last, Val::Null) {
                        break;
                    }
                }
                Ok(last)
            }
            Node::Conditional(parts) => {
                let [condition, then, otherwise] = &**parts;
                if self.truth(condition)? { self.value(then) } else { self.value(otherwise) }
            }
            Node::And(sides) => self.logical(sides, false),
            Node::Or(sides) => self.logical(sides, true),
            Node::Not(operand) => match self.value(operand)? {
                Val::Bool(value) => Ok(Val::Bool(!value)),
                _ => Err(Fault::Failed(MISMATCH)),
            },
            Node::Negate(operand) => operators::negate(&self.value(operand)?),
            Node::Binary(operator, sides) => {
                let [one, other] = &**sides;
                let (one, other) = (self.value(one)?, self.value(other)?);
                match operator {
                    Operator::In => self.contains(&one, &other),
                    operator => operators::binary(*operator, &one, &other, &mut self.meter),
                }
            }
            Node::Call(function, args) => {
                let args = args.iter().map(|arg| self.value(arg)).collect::<Result<Vec<_>, _>>()?;
                function.call(&args, &mut self.meter)
            }
            Node::List(elements) => {
                self.meter.make(elements.len() * ELEMENT)?;
                let elements = elements.iter().map(|element| self.value(element)).collect::<Result<Vec<_>, _>>()?;
                Ok(Val::List(List::Made(Rc::new(elements))))
            }
            Node::Map(entries) => self.map(entries),
            Node::Each(each) => self.each(each),
        }
    }

    fn truth(&mut self, node: &'v Node) -> Result<bool, Fault> {
        match self.value(node)? {
            Val::Bool(value) => Ok(value),
            _ => Err(Fault::Failed(MISMATCH)),
        }
    }

    /// `&&` or `||`: the deciding value wins over a fault of the other side.
    fn logical(&mut self, sides: &'v [Node; 2], deciding: bool) -> Evaluated<'v> {
        let [one, other] = sides;
        let one = match self.truth(one) {
            Ok(value) if value == deciding => return Ok(Val::Bool(deciding)),
            Err(Fault::Spent(spent)) => return Err(Fault::Spent(spent)),
            one => one,
        };
        let other = self.truth(other)?;
        if other == deciding { Ok(Val::Bool(deciding)) } else { one.map(|_| Val::Bool(!deciding)) }
    }

    /// The field or element; null where there is none.
    fn at(&mut self, operand: &Val<'v>, index: &Val<'v>) -> Evaluated<'v> {
        if let Val::Text(name) = index {
            self.meter.step(steps_of_text(name.len()))?;
        }
        let found = match operand {
            Val::List(elements) => operators::position(index).and_then(|index| elements.get(index)),
            Val::Map(members) => members.get(index),
            _ => None,
        };
        Ok(found.unwrap_or(Val::Null))
    }

    fn contains(&mut self, one: &Val<'v>, other: &Val<'v>) -> Evaluated<'v> {
        match other {
            Val::List(elements) => {
                for element in elements.iter() {
                    if equal(&element, one, &mut self.meter)? {
                        return Ok(Val::Bool(true));
                    }
                }
                Ok(Val::Bool(false))
            }
            Val::Map(members) => match one {
                Val::Text(_) | Val::Bool(_) | Val::Int(_) | Val::UInt(_) | Val::Double(_) => {
                    if let Val::Text(name) = one {
                        self.meter.step(steps_of_text(name.len()))?;
                    }
                    Ok(Val::Bool(members.get(one).is_some()))
                }
                _ => Err(Fault::Failed(MISMATCH)),
            },
            _ => Err(Fault::Failed(MISMATCH)),
        }
    }

    fn map(&mut self, entries: &'v [[Node; 2]]) -> Evaluated<'v> {
        let mut made = BTreeMap::new();
        for [key, value] in entries {
            let key = self.value(key)?;
            let text = if let Val::Text(text) = &key { text.len() } else { 0 };
            self.meter.make(ENTRY + text)?;
            let Some(key) = Key::new(&key) else { return Err(Fault::Failed(MISMATCH)) };
            if made.contains_key(&key) {
                return Err(Fault::Failed("two entries of a map have the same key"));
            }
            let value = self.value(value)?;
            made.insert(key, value);
        }
        Ok(Val::Map(Map::Made(Rc::new(made))))
    }

    fn each(&mut self, each: &'v Each) -> Evaluated<'v> {
        let range = match self.value(&each.range)? {
            Val::List(elements) => elements,
            Val::Map(members) => {
                self.meter.make(members.len() * ELEMENT)?;
                List::Made(Rc::new(members.keys()))
            }
            _ => return Err(Fault::Failed(MISMATCH)),
        };
        match &each.what {
            What::All(test) => self.decided(&range, test, false),
            What::Exists(test) => self.decided(&range, test, true),
            What::ExistsOne(test) => {
                let mut count = 0_usize;
                for element in range.iter() {
                    count += usize::from(self.with(element, |this| this.truth(test))?);
                }
                Ok(Val::Bool(count == 1))
            }
            What::Collect { guard, item } => {
                let mut made = Vec::new();
                for element in range.iter() {
                    let item = self.with(element, |this| {
                        if let Some(guard) = guard
                            && !this.truth(guard)?
                        {
                            return Ok(None);
                        }
                        // A growing list is copied now and then: twice its size at most.
                        this.meter.make(2 * ELEMENT)?;
                        this.value(item).map(Some)
                    })?;
                    made.extend(item);
                }
                Ok(Val::List(List::Made(Rc::new(made))))
            }
        }
    }

    /// `all` or `exists`: one element decides, even beside others that have faults.
    fn decided(&mut self, range: &List<'v>, test: &'v Node, deciding: bool) -> Evaluated<'v> {
        let mut pending = Ok(());
        for element in range.iter() {
            match self.with(element, |this| this.truth(test)) {
                Ok(value) if value == deciding => return Ok(Val::Bool(deciding)),
                Ok(_) => {}
                Err(Fault::Spent(spent)) => return Err(Fault::Spent(spent)),
                Err(fault) => pending = Err(fault),
            }
        }
        pending.map(|()| Val::Bool(!deciding))
    }

    fn with<T>(&mut self, element: Val<'v>, body: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.locals.push(element);
        let result = body(self);
        self.locals.pop();
        result
    }
}

fn literal_of(literal: &LiteralValue) -> Val<'_> {
    match literal {
        LiteralValue::Boolean(value) => Val::Bool(*value.inner()),
        LiteralValue::Bytes(value) => Val::Bytes(value.inner()),
        LiteralValue::Double(value) => Val::Double(*value.inner()),
        LiteralValue::Int(value) => Val::Int(*value.inner()),
        LiteralValue::Null => Val::Null,
        LiteralValue::String(value) => Val::Text(Text::Given(value.inner())),
        LiteralValue::UInt(value) => Val::UInt(*value.inner()),
    }
}
