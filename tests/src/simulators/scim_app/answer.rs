//! Answers of the SCIM media type.

use crate::simulators::control::Answer;
use serde_json::Value;

/// What a handler answers; a refusal is an answer, too.
pub(super) type Handled = Result<Answer, Answer>;

/// An answer of the SCIM media type.
pub(super) fn scim(status: u16, body: &Value) -> Answer {
    Answer::json(status, "application/scim+json", body)
}
