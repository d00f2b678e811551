//! Answers that succeed.

use crate::simulators::control::Answer;
use serde_json::{Value, json};

/// What a handler answers; a refusal is an answer, too, in one of the app's many shapes.
pub(super) type Handled = Result<Answer, Answer>;

/// JSON.
pub(super) fn answer(status: u16, body: &Value) -> Answer {
    Answer::json(status, "application/json; charset=utf-8", body)
}

/// `{"messages":{"message":"Deleted user"}}`
pub(super) fn deleted(what: &str) -> Answer {
    answer(200, &json!({ "messages": { "message": format!("Deleted {what}") } }))
}
