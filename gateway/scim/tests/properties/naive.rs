//! PATCH as RFC 7644 §3.5.2 describes it, on plain JSON and without a schema: a second opinion that shares no code with the
//! crate and knows only what its own operations need. `tests/tests/patch_sequences.rs` compares the whole gateway with it,
//! too.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// One operation whose path is given by its parts, so that the model parses nothing.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) op: &'static str,
    pub(crate) target: Target,
    pub(crate) value: Value,
}

/// What a path points at.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// No path.
    Whole,
    /// `title`, `name`, `emails`
    Attribute(&'static str),
    /// `name.givenName`
    Part(&'static str, &'static str),
    /// An attribute of the enterprise extension.
    Extension(&'static str),
    /// `emails[…]`
    Picked(&'static str, Pick),
    /// `emails[…].display`
    PartOfPicked(&'static str, Pick, &'static str),
}

/// The filter in the brackets.
#[derive(Debug, Clone)]
pub(crate) enum Pick {
    Type(&'static str),
    Value(String),
    Both(&'static str, String),
    Either(&'static str, String),
    NotType(&'static str),
}

/// Why an operation is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    NoTarget,
    /// The RFC does not define the result.
    Unclear,
}

impl Operation {
    /// As a client sends it.
    pub(crate) fn json(&self) -> Value {
        let mut operation = json!({ "op": self.op });
        if let Some(path) = self.target.path() {
            operation["path"] = json!(path);
        }
        if !self.value.is_null() {
            operation["value"] = self.value.clone();
        }
        operation
    }

    fn apply(&self, resource: &mut Value) -> Result<(), Refused> {
        let Self { op, target, value } = self;
        match target {
            Target::Whole => {
                for (key, value) in value.as_object().unwrap() {
                    write(op, &mut resource[key], value);
                }
            }
            Target::Attribute(name) => match *op {
                "remove" => resource[name] = Value::Null,
                op => write(op, &mut resource[name], value),
            },
            Target::Part(name, part) => resource[name][part] = value.clone(),
            Target::Extension(name) => resource[ENTERPRISE][name] = value.clone(),
            Target::Picked(name, pick) => {
                let elements = picked(resource, name, pick)?;
                match *op {
                    "remove" => elements.into_iter().for_each(|element| *element = Value::Null),
                    // All elements become equal, and a list contains an element only once (RFC 7643 §2.4).
                    "replace" => {
                        let mut elements = elements.into_iter();
                        elements.by_ref().take(1).for_each(|element| *element = value.clone());
                        elements.for_each(|element| *element = Value::Null);
                    }
                    _ => elements.into_iter().for_each(|element| merge(element, value)),
                }
            }
            Target::PartOfPicked(name, pick, part) => {
                let mut elements = picked(resource, name, pick)?;
                let becomes_primary = *part == "primary" && *value == json!(true);
                if becomes_primary && elements.len() > 1 {
                    return Err(Refused::Unclear);
                }
                elements.iter_mut().for_each(|element| element[part] = value.clone());
                if becomes_primary {
                    let chosen = elements[0].clone();
                    demote(&mut resource[name], &chosen);
                }
            }
        }
        tidy(resource);
        Ok(())
    }
}

/// All operations, or none.
pub(crate) fn patch(resource: &Value, operations: &[Operation]) -> Result<Value, Refused> {
    let mut patched = resource.clone();
    operations.iter().try_for_each(|operation| operation.apply(&mut patched))?;
    Ok(patched)
}

/// Like [`patch`], but removing a missing value succeeds, so that nobody has to read a group of 50,000 members to learn that
/// a user is not in it.
pub(crate) fn patch_without_reading(resource: &Value, operations: &[Operation]) -> Result<Value, Refused> {
    let mut patched = resource.clone();
    for operation in operations {
        let is_removal = operation.op == "remove" && matches!(operation.target, Target::Picked(_, Pick::Value(_)));
        match operation.apply(&mut patched) {
            Err(Refused::NoTarget) if is_removal => tidy(&mut patched),
            applied => applied?,
        }
    }
    Ok(patched)
}

/// Writes one attribute: parts of a complex attribute are merged; a list is extended or replaced.
fn write(op: &str, place: &mut Value, value: &Value) {
    match value {
        Value::Object(_) => merge(place, value),
        Value::Array(added) if op == "add" => {
            let mut elements = place.as_array().cloned().unwrap_or_default();
            for element in added {
                let same = |known: &&mut Value| known["value"] == element["value"] && known["type"] == element["type"];
                match elements.iter_mut().find(same) {
                    Some(known) => merge(known, element),
                    None => elements.push(element.clone()),
                }
            }
            *place = Value::Array(elements);
            if let Some(primary) = added.iter().find(|element| element["primary"] == true) {
                demote(place, primary);
            }
        }
        value => *place = value.clone(),
    }
}

fn merge(place: &mut Value, parts: &Value) {
    for (key, part) in parts.as_object().unwrap() {
        place[key] = part.clone();
    }
}

/// Leaves only one value primary: the first that equals this one.
fn demote(elements: &mut Value, primary: &Value) {
    let mut is_found = false;
    for element in elements.as_array_mut().into_iter().flatten() {
        let is_this = element["value"] == primary["value"] && element["type"] == primary["type"] && !is_found;
        is_found |= is_this;
        if !is_this && element["primary"] == true {
            element["primary"] = json!(false);
        }
    }
}

fn picked<'a>(resource: &'a mut Value, name: &str, pick: &Pick) -> Result<Vec<&'a mut Value>, Refused> {
    let elements = resource[name].as_array_mut().into_iter().flatten();
    let found: Vec<&mut Value> = elements.filter(|element| pick.picks(element)).collect();
    if found.is_empty() { Err(Refused::NoTarget) } else { Ok(found) }
}

/// Null, absent and empty are the same (RFC 7643 §2.5).
fn tidy(value: &mut Value) {
    match value {
        Value::Object(parts) => {
            parts.values_mut().for_each(tidy);
            parts.retain(|_, part| !is_nothing(part));
        }
        Value::Array(items) => {
            items.iter_mut().for_each(tidy);
            items.retain(|item| !is_nothing(item));
        }
        _ => {}
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(parts) => parts.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

impl Pick {
    fn picks(&self, element: &Value) -> bool {
        let is_type = |kind: &str| element["type"] == kind;
        let is_value = |value: &str| element["value"] == value;
        match self {
            Self::Type(kind) => is_type(kind),
            Self::Value(value) => is_value(value),
            Self::Both(kind, value) => is_type(kind) && is_value(value),
            Self::Either(kind, value) => is_type(kind) || is_value(value),
            Self::NotType(kind) => !is_type(kind),
        }
    }

    fn filter(&self) -> String {
        match self {
            Self::Type(kind) => format!("type eq \"{kind}\""),
            Self::Value(value) => format!("value eq \"{value}\""),
            Self::Both(kind, value) => format!("type eq \"{kind}\" and value eq \"{value}\""),
            Self::Either(kind, value) => format!("type eq \"{kind}\" or value eq \"{value}\""),
            Self::NotType(kind) => format!("not (type eq \"{kind}\")"),
        }
    }
}

impl Target {
    fn path(&self) -> Option<String> {
        Some(match self {
            Self::Whole => return None,
            Self::Attribute(name) => (*name).to_owned(),
            Self::Part(name, part) => format!("{name}.{part}"),
            Self::Extension(name) => format!("{ENTERPRISE}:{name}"),
            Self::Picked(name, pick) => format!("{name}[{}]", pick.filter()),
            Self::PartOfPicked(name, pick, part) => format!("{name}[{}].{part}", pick.filter()),
        })
    }
}

const TYPES: [&str; 3] = ["work", "home", "other"];

fn word() -> impl Strategy<Value = String> {
    "[a-d]{1,2}"
}

fn add_or_replace() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["add", "replace"])
}

/// Operations on single-valued attributes: with paths of these names, or without a path.
pub(crate) fn on_single_values(names: &'static [&'static str]) -> impl Strategy<Value = Operation> {
    let parts = || prop::sample::select(vec!["givenName", "familyName"]);
    let write = |target: BoxedStrategy<Target>| {
        (add_or_replace(), target, word()).prop_map(|(op, target, value)| Operation { op, target, value: json!(value) })
    };
    let clear = |target: BoxedStrategy<Target>| {
        target.prop_map(|target| Operation { op: "remove", target, value: Value::Null })
    };
    let places = move || {
        prop_oneof![
            2 => prop::sample::select(names.to_vec()).prop_map(Target::Attribute),
            2 => parts().prop_map(|part| Target::Part("name", part)),
            1 => Just(Target::Extension("department")),
        ]
        .boxed()
    };
    let name = (add_or_replace(), parts(), word()).prop_map(|(op, part, value)| Operation {
        op,
        target: Target::Attribute("name"),
        value: json!({ (part): value }),
    });
    let whole = (add_or_replace(), prop::sample::select(names.to_vec()), parts(), word()).prop_map(
        |(op, name, part, value)| Operation {
            op,
            target: Target::Whole,
            value: json!({ (name): value, "name": { (part): value }, (ENTERPRISE): { "department": value } }),
        },
    );
    prop_oneof![4 => write(places()), 2 => clear(places()), 1 => name, 1 => whole]
}

fn email() -> impl Strategy<Value = Value> {
    (word(), prop::sample::select(TYPES.to_vec()), prop::option::of(word())).prop_map(|(value, kind, display)| {
        let mut email = json!({ "value": value, "type": kind });
        if let Some(display) = display {
            email["display"] = json!(display);
        }
        email
    })
}

/// A list without duplicate values and with at most one primary value.
pub(crate) fn emails(size: std::ops::Range<usize>) -> impl Strategy<Value = Value> {
    (prop::collection::vec(email(), size), any::<Option<prop::sample::Index>>()).prop_map(|(mut emails, primary)| {
        let mut seen = std::collections::HashSet::new();
        emails.retain(|email| seen.insert((email["value"].to_string(), email["type"].to_string())));
        if let Some(primary) = primary.filter(|_| !emails.is_empty()) {
            let primary = primary.index(emails.len());
            emails[primary]["primary"] = json!(true);
        }
        Value::Array(emails)
    })
}

fn pick() -> impl Strategy<Value = Pick> {
    let kind = || prop::sample::select(TYPES.to_vec());
    prop_oneof![
        kind().prop_map(Pick::Type),
        word().prop_map(Pick::Value),
        (kind(), word()).prop_map(|(kind, value)| Pick::Both(kind, value)),
        (kind(), word()).prop_map(|(kind, value)| Pick::Either(kind, value)),
        kind().prop_map(Pick::NotType),
    ]
}

/// Operations on the list of addresses and on the elements that a filter picks.
pub(crate) fn on_emails() -> impl Strategy<Value = Operation> {
    let list = (add_or_replace(), emails(1..4)).prop_map(|(op, value)| Operation {
        op,
        target: Target::Attribute("emails"),
        value,
    });
    let clear = Just(Operation { op: "remove", target: Target::Attribute("emails"), value: Value::Null });
    let remove =
        pick().prop_map(|pick| Operation { op: "remove", target: Target::Picked("emails", pick), value: Value::Null });
    let replace = (prop::sample::select(TYPES.to_vec()), word()).prop_map(|(kind, value)| Operation {
        op: "replace",
        target: Target::Picked("emails", Pick::Type(kind)),
        value: json!({ "value": value, "type": kind }),
    });
    let add = (pick(), word()).prop_map(|(pick, value)| Operation {
        op: "add",
        target: Target::Picked("emails", pick),
        value: json!({ "display": value }),
    });
    let part = |part: &'static str, op: &'static str| {
        move |(pick, value): (Pick, Value)| Operation { op, target: Target::PartOfPicked("emails", pick, part), value }
    };
    let shown = || (pick(), word().prop_map(|word| json!(word)));
    prop_oneof![
        3 => list,
        1 => clear,
        2 => remove,
        2 => replace,
        2 => add,
        1 => shown().prop_map(part("display", "add")),
        1 => shown().prop_map(part("display", "replace")),
        1 => (pick(), Just(Value::Null)).prop_map(part("display", "remove")),
        1 => (pick(), Just(json!(true))).prop_map(part("primary", "replace")),
    ]
}

/// The user to start with.
pub(crate) fn user() -> impl Strategy<Value = Value> {
    (prop::option::of(word()), prop::option::of(word()), emails(0..4)).prop_map(|(title, given, emails)| {
        let mut user = Value::Object(Map::from_iter([("userName".to_owned(), json!("u"))]));
        user["title"] = json!(title);
        user["name"] = json!({ "givenName": given });
        user["emails"] = emails;
        tidy(&mut user);
        user
    })
}
