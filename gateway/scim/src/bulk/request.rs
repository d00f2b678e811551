//! Reads the bulk request message (RFC 7644 §3.7).

use super::operation::{BulkOperation, operation};
use crate::error::Error;
use crate::message;
use crate::object::take;
use crate::urn;
use serde_json::{Value, json};
use std::collections::HashSet;

/// A request's operations, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkRequest {
    /// After how many errors to stop.
    pub fail_on_errors: Option<u64>,
    /// The operations.
    pub operations: Vec<BulkOperation>,
}

impl BulkRequest {
    /// Parses a request's body. `schemas` may be absent; if present, it must name the BulkRequest message.
    ///
    /// # Errors
    /// 400 `invalidSyntax` for a body that is not such a message, `invalidValue` for a `failOnErrors` that is not a positive
    /// integer, 413 for more than `most` operations.
    pub fn parse(body: Value, most: usize) -> Result<Self, Error> {
        let Value::Object(mut body) = body else {
            return Err(Error::invalid_syntax("the body of a bulk request must be a JSON object"));
        };
        message::require_schema(&mut body, urn::BULK_REQUEST, "a bulk request")?;
        let fail_on_errors = match take(&mut body, "failOnErrors") {
            None | Some(Value::Null) => None,
            Some(value) => Some(value.as_u64().filter(|count| *count > 0).ok_or_else(|| {
                Error::invalid_value(
                    "failOnErrors must be a positive integer: the number of errors after which processing stops",
                )
            })?),
        };
        let Some(Value::Array(operations)) = take(&mut body, "Operations") else {
            return Err(Error::invalid_syntax("'Operations' must be an array"));
        };
        if operations.len() > most {
            let found = operations.len();
            return Err(Error::too_large(format!(
                "a bulk request may contain at most {most} operations; this one has {found}"
            )));
        }
        let mut operations: Vec<BulkOperation> = operations.into_iter().map(operation).collect();
        refuse_duplicate_bulk_ids(&mut operations);
        Ok(Self { fail_on_errors, operations })
    }
}

/// The response body.
pub fn response(operations: &[Value]) -> Value {
    json!({ "schemas": [urn::BULK_RESPONSE], "Operations": operations })
}

/// A `bulkId` must be unique among the resources that are created (RFC 7644 §3.7).
fn refuse_duplicate_bulk_ids(operations: &mut [BulkOperation]) {
    let mut seen = HashSet::new();
    for operation in operations {
        let Some(name) = operation.created_name() else { continue };
        if !seen.insert(name.to_owned()) {
            operation.call = Err(Error::invalid_value(format!("the bulkId '{name}' is used twice")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulk::BulkResult;

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
    fn a_malformed_request_is_refused() {
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
    fn the_status_of_an_entry_is_a_string() {
        let request = parse(&json!([{ "method": "DELETE", "path": "/Users/1", "bulkId": "z" }])).unwrap();
        let result = BulkResult { status: 204, location: Some("x".to_owned()), version: None, response: None };
        assert_eq!(
            request.operations[0].answered(result),
            json!({ "location": "x", "method": "DELETE", "bulkId": "z", "status": "204" })
        );
    }
}
