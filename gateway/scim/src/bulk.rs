//! Bulk requests: RFC 7644 §3.7 with erratum 5050, as far as they are not I/O.
//!
//! [`BulkRequest::parse`] reads the message, [`Plan`] says which operation is next and where a circle of references has to be
//! broken, and [`references`] finds and replaces `bulkId`s. An operation that is malformed is an error of its own and not of
//! the request.

use serde_json::{Value, json};

use crate::{Object, error::Error, patch::take, urn};

mod plan;
pub mod references;

pub use plan::{Next, Plan};

/// A request's operations, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkRequest {
    /// After how many errors the rest is left undone.
    pub fail_on_errors: Option<u64>,
    /// The operations.
    pub operations: Vec<BulkOperation>,
}

/// One operation, as far as it can be told.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkOperation {
    /// As the client wrote it; repeated in the answer.
    pub method: String,
    /// The client's name for the resource.
    pub bulk_id: Option<String>,
    /// What is to be done, or why that is not clear.
    pub call: Result<BulkCall, Error>,
}

/// What an operation does.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkCall {
    /// How.
    pub method: BulkMethod,
    /// Where, relative to the base URL: `/Users`, `/Users/42`, `/Users/bulkId:qwerty`.
    pub path: String,
    /// With what; null for DELETE.
    pub data: Value,
    /// The version of the resource that the client means.
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

/// What came of one operation.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkResult {
    /// The HTTP status of the operation on its own.
    pub status: u16,
    /// The resource's URL, except of one that could not be created.
    pub location: Option<String>,
    /// The resource's new version, where it is known.
    pub version: Option<String>,
    /// The error's body.
    pub response: Option<Value>,
}

impl BulkRequest {
    /// Reads a request's body. `schemas` may be absent; when it is there, it must name the BulkRequest message.
    ///
    /// # Errors
    /// 400 `invalidSyntax` for what is no such message, `invalidValue` for a `failOnErrors` that is no number from 1, 413 for more than
    /// `most` operations.
    pub fn parse(body: Value, most: usize) -> Result<Self, Error> {
        let Value::Object(mut body) = body else {
            return Err(Error::invalid_syntax("the body of a bulk request is a JSON object"));
        };
        urn::require(&mut body, urn::BULK_REQUEST, "a bulk request")?;
        let fail_on_errors = match take(&mut body, "failOnErrors") {
            None | Some(Value::Null) => None,
            Some(value) => Some(value.as_u64().filter(|count| *count > 0).ok_or_else(|| {
                Error::invalid_value("failOnErrors is the number of errors, from 1, after which nothing more is done")
            })?),
        };
        let Some(Value::Array(operations)) = take(&mut body, "Operations") else {
            return Err(Error::invalid_syntax("'Operations' must be an array"));
        };
        if operations.len() > most {
            let found = operations.len();
            return Err(Error::too_large(format!("a bulk request may hold {most} operations, this one has {found}")));
        }
        let mut operations: Vec<BulkOperation> = operations.into_iter().map(operation).collect();
        refuse_same_names(&mut operations);
        Ok(Self { fail_on_errors, operations })
    }
}

impl BulkOperation {
    /// The operation's entry in the answer.
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
}

/// The answer's body.
pub fn response(operations: &[Value]) -> Value {
    json!({ "schemas": [urn::BULK_RESPONSE], "Operations": operations })
}

impl BulkMethod {
    fn parse(word: &str) -> Option<Self> {
        [("POST", Self::Post), ("PUT", Self::Put), ("PATCH", Self::Patch), ("DELETE", Self::Delete)]
            .into_iter()
            .find_map(|(name, method)| name.eq_ignore_ascii_case(word).then_some(method))
    }
}

fn operation(value: Value) -> BulkOperation {
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
        let path = path.ok_or_else(|| Error::invalid_syntax("'path' must be one such as /Users or /Users/42"))?;
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

/// Characters of an unknown method that the answer repeats.
const SHOWN_OF_METHOD: usize = 16;

/// A `bulkId` must be unique among the resources that are created (RFC 7644 §3.7).
fn refuse_same_names(operations: &mut [BulkOperation]) {
    let mut seen = std::collections::HashSet::new();
    for operation in operations {
        let Some(name) = operation.created_name() else { continue };
        if !seen.insert(name.to_owned()) {
            operation.call = Err(Error::invalid_value(format!("the bulkId '{name}' is there twice")));
        }
    }
}

impl BulkOperation {
    /// The name that other operations may call the resource by that this one creates.
    pub fn created_name(&self) -> Option<&str> {
        let creates = self.call.as_ref().is_ok_and(|call| call.method == BulkMethod::Post);
        self.bulk_id.as_deref().filter(|_| creates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(operations: &Value) -> Result<BulkRequest, Error> {
        BulkRequest::parse(json!({ "schemas": [urn::BULK_REQUEST], "Operations": operations }), 3)
    }

    #[test]
    fn a_malformed_operation_is_an_error_of_its_own() {
        let good = json!({ "method": "post", "path": "/Users", "bulkId": "a", "data": {} });
        for (wrong, expected) in [
            (json!(1), "JSON object"),
            (json!({ "method": "GET", "path": "/Users" }), "method"),
            (json!({ "method": "POST", "path": "/Users", "data": {} }), "bulkId"),
            (json!({ "method": "POST", "path": "/Users", "bulkId": "b" }), "data"),
            (json!({ "method": "POST", "path": "/Users", "bulkId": 7, "data": {} }), "bulkId"),
            (json!({ "method": "DELETE", "path": "Users/1" }), "path"),
            (json!({ "method": "DELETE" }), "path"),
            (good.clone(), "twice"),
        ] {
            let request = parse(&json!([good, wrong])).unwrap();
            assert!(request.operations[0].call.is_ok());
            let error = request.operations[1].call.as_ref().unwrap_err();
            assert!(error.status == 400 && error.detail.contains(expected), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_request_that_is_none_is_refused() {
        let four = json!([{}, {}, {}, {}]);
        for (body, status) in [
            (json!([]), 400),
            (json!({ "Operations": {} }), 400),
            (json!({ "schemas": ["x"], "Operations": [] }), 400),
            (json!({ "failOnErrors": 0, "Operations": [] }), 400),
            (json!({ "failOnErrors": "1", "Operations": [] }), 400),
            (json!({ "Operations": four }), 413),
        ] {
            assert_eq!(BulkRequest::parse(body.clone(), 3).unwrap_err().status, status, "{body}");
        }
        assert_eq!(
            BulkRequest::parse(json!({ "operations": [], "FAILONERRORS": 2 }), 3).unwrap().fail_on_errors,
            Some(2)
        );
    }

    #[test]
    fn patch_data_is_a_message_or_its_operations_alone() {
        let operations = json!([{ "op": "remove", "path": "title" }]);
        for data in [operations.clone(), json!({ "Operations": operations })] {
            let request = parse(&json!([{ "method": "PATCH", "path": "/Users/1", "data": data }])).unwrap();
            assert_eq!(request.operations[0].call.as_ref().unwrap().data, json!({ "Operations": operations }));
        }
    }

    #[test]
    fn an_entry_of_the_answer_has_a_status_that_is_a_string() {
        let request = parse(&json!([{ "method": "DELETE", "path": "/Users/1", "bulkId": "z" }])).unwrap();
        let result = BulkResult { status: 204, location: Some("x".to_owned()), version: None, response: None };
        assert_eq!(
            request.operations[0].answered(result),
            json!({ "location": "x", "method": "DELETE", "bulkId": "z", "status": "204" })
        );
    }
}
