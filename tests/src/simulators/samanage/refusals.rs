//! The app's errors. No two look alike, on purpose: the real bodies are not documented, so nobody may depend on one.

use super::answer::answer;
use crate::simulators::control::Answer;
use serde_json::{Value, json};

/// A path that leads nowhere, such as one without `.json`.
pub(super) fn no_route() -> Answer {
    Answer::text(404, "text/html", "<!DOCTYPE html><h1>The page you were looking for doesn't exist.</h1>")
}

/// Nothing has that id.
pub(super) fn not_found() -> Answer {
    answer(404, &json!({ "status": "404", "error": "Not Found" }))
}

/// Deleting a user who does not exist is not a 404.
pub(super) fn unknown_user_to_delete(id: u64) -> Answer {
    answer(422, &json!([format!("Couldn't find User with 'id'={id}")]))
}

/// The credential is missing or wrong: not a byte of explanation.
pub(super) fn unauthorized() -> Answer {
    Answer::empty(401)
}

/// The token's owner may not do this.
pub(super) fn forbidden() -> Answer {
    answer(403, &json!({ "error": "You are not authorized to access this page." }))
}

/// A version or a format that the app does not speak.
pub(super) fn not_acceptable() -> Answer {
    Answer::empty(406)
}

/// Too many calls: the only header is `Retry-After`.
pub(super) fn too_many_calls(retry_after_seconds: i64) -> Answer {
    Answer::text(429, "text/plain", "Retry later\n").with("retry-after", retry_after_seconds.to_string())
}

/// A body that is not JSON.
pub(super) fn malformed() -> Answer {
    answer(400, &json!({ "status": 400, "error": "Bad Request" }))
}

/// A body without the wrapping name, a query without a parameter it needs.
pub(super) fn missing(what: &str) -> Answer {
    answer(400, &json!({ "error": format!("param is missing or the value is empty: {what}") }))
}

/// A parameter where the app does not look for one.
pub(super) fn misplaced(what: &str) -> Answer {
    answer(400, &json!({ "messages": { "error": what } }))
}

/// A required field without a value.
pub(super) fn blank(field: &str) -> Answer {
    answer(422, &json!({ field: ["can't be blank"] }))
}

/// A value that another record has.
pub(super) fn taken(field: &str) -> Answer {
    answer(422, &json!({ field: ["has already been taken"] }))
}

/// A value that the field cannot take.
pub(super) fn invalid(field: &str) -> Answer {
    answer(422, &json!({ "errors": [{ "attribute": field, "message": "is invalid" }] }))
}

/// The name of something that does not exist, when the tenant refuses that.
pub(super) fn unknown_reference(field: &str, reference: &Value) -> Answer {
    answer(422, &json!({ "error": format!("{field} {reference} does not exist") }))
}

/// Something that others still refer to.
pub(super) fn in_use(what: &str) -> Answer {
    answer(422, &json!({ "base": [format!("Cannot delete record because dependent {what} exist")] }))
}
