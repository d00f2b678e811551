//! SCIM errors (RFC 7644 §3.12).

use crate::simulators::control::Answer;
use serde_json::json;

/// An error answer; the status is a string in the body.
pub(in crate::simulators) fn refusal(status: u16, scim_type: Option<&str>, detail: &str) -> Answer {
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": status.to_string(),
        "detail": detail,
    });
    if let (Some(scim_type), Some(fields)) = (scim_type, body.as_object_mut()) {
        fields.insert("scimType".to_owned(), json!(scim_type));
    }
    Answer::json(status, "application/scim+json", &body)
}

pub(super) fn invalid_value(detail: &str) -> Answer {
    refusal(400, Some("invalidValue"), detail)
}

pub(super) fn invalid_path(path: &str) -> Answer {
    refusal(400, Some("invalidPath"), &format!("`{path}` is no attribute here"))
}

pub(super) fn invalid_syntax(detail: &str) -> Answer {
    refusal(400, Some("invalidSyntax"), detail)
}

pub(super) fn not_found(id: &str) -> Answer {
    refusal(404, None, &format!("there is no resource {id}"))
}
