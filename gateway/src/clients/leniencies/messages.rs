//! The PATCH message: `operations-in-any-case`. The names of its members are attribute names, which are case-insensitive
//! (RFC 7643 §2.1).

use crate::clients::leniency::Leniency;
use crate::clients::reading::Reading;
use scim_protocol::{Error, Object};
use serde_json::Value;

/// The operations of the RFC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::clients) enum Op {
    Add,
    Remove,
    Replace,
}

const OPS: [(&str, Op); 3] = [("add", Op::Add), ("remove", Op::Remove), ("replace", Op::Replace)];

/// Reads the operation's name and normalizes its case; `None` if it is unknown.
pub(in crate::clients) fn operation(reading: &mut Reading<'_>, members: &mut Object) -> Result<Option<Op>, Error> {
    let Some(Value::String(text)) = get_mut(members, "op") else { return Ok(None) };
    let Some((name, op)) = OPS.into_iter().find(|(name, _)| text.eq_ignore_ascii_case(name)) else { return Ok(None) };
    if text != name {
        let refusal = || Error::invalid_syntax(format!("'op' must be \"{name}\", not \"{text}\""));
        reading.tolerate(Leniency::OperationsInAnyCase, refusal)?;
        *text = name.to_owned();
    }
    Ok(Some(op))
}

/// The path of an operation; a blank path counts as missing.
pub(in crate::clients) fn path(members: &Object) -> Option<&str> {
    get(members, "path")?.as_str().filter(|path| !path.trim().is_empty())
}

pub(in crate::clients) fn value(members: &Object) -> Option<&Value> {
    get(members, "value")
}

fn get<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// The member with that name, in any case.
pub(in crate::clients) fn get_mut<'a>(object: &'a mut Object, name: &str) -> Option<&'a mut Value> {
    if object.contains_key(name) {
        return object.get_mut(name);
    }
    object.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
