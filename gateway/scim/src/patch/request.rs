//! Reads the PATCH message (RFC 7644 §3.5.2).

use super::operation::{Op, Operation};
use crate::error::Error;
use crate::message;
use crate::object::take;
use crate::urn;
use serde_json::Value;

/// The most operations in one request.
pub const MAX_OPERATIONS: usize = 1000;

/// The message with the URN [`urn::PATCH_OP`].
#[derive(Debug)]
pub enum PatchRequest {}

impl PatchRequest {
    /// Parses a request's body. `schemas` may be absent; if present, it must name the PATCH message.
    ///
    /// # Errors
    /// 400 `invalidSyntax` for a body that is not such a message, `invalidValue` for an operation without the value it needs,
    /// 413 for more than [`MAX_OPERATIONS`]. The detail names the operation's number, from 1.
    pub fn parse(body: Value) -> Result<Vec<Operation>, Error> {
        let Value::Object(mut body) = body else {
            return Err(Error::invalid_syntax("the body of a PATCH request must be a JSON object"));
        };
        message::require_schema(&mut body, urn::PATCH_OP, "a PATCH request")?;
        let operations = match take(&mut body, "Operations") {
            Some(Value::Array(operations)) if !operations.is_empty() => operations,
            _ => return Err(Error::invalid_syntax("'Operations' must be an array of at least one operation")),
        };
        if operations.len() > MAX_OPERATIONS {
            return Err(Error::too_large(format!(
                "a PATCH request may contain at most {MAX_OPERATIONS} operations; this one has {}",
                operations.len()
            )));
        }
        let number = |index: usize| format!("operation {}", index + 1);
        operations.into_iter().enumerate().map(|(i, value)| operation(value).map_err(|e| e.within(number(i)))).collect()
    }
}

/// How many characters of an unknown `op` the error repeats.
const SHOWN_OF_OP: usize = 32;

fn operation(value: Value) -> Result<Operation, Error> {
    let Value::Object(mut operation) = value else {
        return Err(Error::invalid_syntax("must be a JSON object with 'op'"));
    };
    let op = match take(&mut operation, "op") {
        Some(Value::String(op)) if op.eq_ignore_ascii_case("add") => Op::Add,
        Some(Value::String(op)) if op.eq_ignore_ascii_case("remove") => Op::Remove,
        Some(Value::String(op)) if op.eq_ignore_ascii_case("replace") => Op::Replace,
        Some(Value::String(op)) => {
            let op: String = op.chars().take(SHOWN_OF_OP).collect();
            return Err(Error::invalid_syntax(format!(
                "'op' must be \"add\", \"remove\" or \"replace\", not \"{op}\""
            )));
        }
        _ => return Err(Error::invalid_syntax("'op' must be \"add\", \"remove\" or \"replace\"")),
    };
    let path = match take(&mut operation, "path") {
        None | Some(Value::Null) => None,
        Some(Value::String(path)) if path.trim().is_empty() => None,
        Some(Value::String(path)) => Some(path),
        Some(_) => return Err(Error::invalid_path("'path' must be a string")),
    };
    let value = take(&mut operation, "value");
    if value.is_none() && op != Op::Remove {
        return Err(Error::invalid_value("'value' is missing; 'add' and 'replace' need one"));
    }
    Ok(Operation { op, path, value })
}
