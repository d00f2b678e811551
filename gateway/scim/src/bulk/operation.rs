//! One operation of a bulk request, and its entry in the answer.

use crate::error::Error;
use crate::object::{Object, take};
use serde_json::{Value, json};

/// One operation, as far as it could be parsed.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkOperation {
    /// The method as the client wrote it; repeated in the response.
    pub method: String,
    /// The client's name for the resource.
    pub bulk_id: Option<String>,
    /// What to do, or what is wrong with the operation.
    pub call: Result<BulkCall, Error>,
}

/// What an operation does.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkCall {
    /// The method.
    pub method: BulkMethod,
    /// The path relative to the base URL: `/Users`, `/Users/42`, `/Users/bulkId:qwerty`.
    pub path: String,
    /// The body; null for DELETE.
    pub data: Value,
    /// The version of the resource that the client expects.
    pub version: Option<String>,
}

/// The methods that a bulk operation may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkMethod {
    /// Creates.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Deletes.
    Delete,
}

/// The result of one operation.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkResult {
    /// The HTTP status that the operation would have on its own.
    pub status: u16,
    /// The resource's URL, unless it could not be created.
    pub location: Option<String>,
    /// The resource's new version, where it is known.
    pub version: Option<String>,
    /// The error's body.
    pub response: Option<Value>,
}

impl BulkOperation {
    /// The operation's entry in the response.
    pub fn answered(&self, result: BulkResult) -> Value {
        let mut entry = Object::new();
        let mut put = |name: &str, value: Option<Value>| drop(value.map(|value| entry.insert(name.to_owned(), value)));
        put("location", result.location.map(Value::String));
        put("method", Some(Value::String(self.method.clone())));
        put("bulkId", self.bulk_id.clone().map(Value::String));
        put("version", result.version.map(Value::String));
        put("status", Some(Value::String(result.status.to_string())));
        put("response", result.response);
        Value::Object(entry)
    }

    /// The `bulkId` by which other operations refer to the resource that this one creates.
    pub fn created_name(&self) -> Option<&str> {
        let creates = self.call.as_ref().is_ok_and(|call| call.method == BulkMethod::Post);
        self.bulk_id.as_deref().filter(|_| creates)
    }
}

impl BulkMethod {
    fn parse(word: &str) -> Option<Self> {
        [("POST", Self::Post), ("PUT", Self::Put), ("PATCH", Self::Patch), ("DELETE", Self::Delete)]
            .into_iter()
            .find_map(|(name, method)| name.eq_ignore_ascii_case(word).then_some(method))
    }
}

/// How many characters of an unknown method the response repeats.
const SHOWN_OF_METHOD: usize = 16;

/// Parses one operation. A malformed one becomes its own error and not one of the request.
pub(super) fn operation(value: Value) -> BulkOperation {
    let Value::Object(mut operation) = value else {
        let call = Err(Error::invalid_syntax("an operation must be a JSON object with 'method' and 'path'"));
        return BulkOperation { method: String::new(), bulk_id: None, call };
    };
    let mut text = |key| match take(&mut operation, key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error::invalid_syntax(format!("'{key}' must be a string"))),
    };
    let (method, bulk_id, path, version) = (text("method"), text("bulkId"), text("path"), text("version"));
    let echoed: String = method.clone().ok().flatten().unwrap_or_default().chars().take(SHOWN_OF_METHOD).collect();
    let bulk_id_given = bulk_id.clone().ok().flatten();
    let call = (|| {
        let (method, path, version) = (method?.unwrap_or_default(), path?, version?);
        let method = BulkMethod::parse(&method)
            .ok_or_else(|| Error::invalid_syntax("'method' must be POST, PUT, PATCH or DELETE"))?;
        let path = path.filter(|path| path.starts_with('/'));
        let path = path.ok_or_else(|| Error::invalid_syntax("'path' must be a path such as /Users or /Users/42"))?;
        if method == BulkMethod::Post && bulk_id?.is_none_or(|id| id.is_empty()) {
            return Err(Error::invalid_syntax("POST needs a 'bulkId'"));
        }
        let data = match (method, take(&mut operation, "data")) {
            (BulkMethod::Delete, _) => Value::Null,
            // RFC 7644 itself showed the operations alone before erratum 5050.
            (BulkMethod::Patch, Some(Value::Array(operations))) => json!({ "Operations": operations }),
            (_, Some(Value::Object(data))) => Value::Object(data),
            _ => return Err(Error::invalid_syntax("'data' must be a JSON object")),
        };
        Ok(BulkCall { method, path, data, version })
    })();
    BulkOperation { method: echoed, bulk_id: bulk_id_given, call }
}
