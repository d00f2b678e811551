//! Records as Samanage returns them: bare or wrapped in their singular name, with ids that are numbers or strings (S-1), and
//! with a salt that must not be passed on (S-18).

use scim_connector_sdk::{Answer, Fault, Object, Stored, Value};

/// Checks that an id is a number. Any other id is not Samanage's; refusing it saves a call and keeps it out of a path. Samanage
/// would read `007` as 7, so that one user would have two ids.
pub(crate) fn numeric(kind: &str, id: &str) -> Result<u64, Fault> {
    let is_canonical = id.bytes().all(|byte| byte.is_ascii_digit()) && !id.starts_with('0');
    let number = id.parse().ok().filter(|_| is_canonical);
    number.ok_or_else(|| Fault::not_found(kind, id))
}

/// The record in a value, without its wrapper `{"user": {…}}` and without salt.
pub(crate) fn unwrapped(value: Value, singular: &str) -> Option<Object> {
    let Value::Object(mut object) = value else { return None };
    let mut record = match object.remove(singular) {
        Some(Value::Object(inner)) if object.is_empty() => inner,
        Some(other) => {
            object.insert(singular.to_owned(), other);
            object
        }
        None => object,
    };
    drop_salt(&mut record);
    Some(record)
}

/// The record in a successful response.
pub(crate) fn answered(answer: &Answer, singular: &str) -> Result<Object, Fault> {
    let record = unwrapped(answer.json()?, singular).filter(|record| id(record).is_some());
    record.ok_or_else(|| Fault::bad_answer(format!("Samanage returned {} without a {singular}", answer.status)))
}

/// A record's id.
pub(crate) fn id(record: &Object) -> Option<String> {
    record.get("id").and_then(id_text)
}

/// A number or a string as the text of an id.
pub(crate) fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

/// The text of a field.
pub(crate) fn text<'r>(record: &'r Object, field: &str) -> Option<&'r str> {
    record.get(field).and_then(Value::as_str)
}

/// A record for the host.
pub(crate) fn stored(record: Object) -> Result<Stored, Fault> {
    Stored::from_document(record, "id")
}

fn drop_salt(record: &mut Object) {
    record.remove("salt");
    for value in record.values_mut() {
        match value {
            Value::Object(inner) => drop_salt(inner),
            Value::Array(items) => items.iter_mut().filter_map(Value::as_object_mut).for_each(drop_salt),
            _ => {}
        }
    }
}
