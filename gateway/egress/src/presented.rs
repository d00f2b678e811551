//! A credential as one request presents it.

use super::redactor::Redactor;
use http::header::HeaderValue;
use std::sync::Arc;

/// What one request presents to the app, and what removes it from the answer.
#[derive(Debug, Clone)]
pub(crate) struct Presented {
    pub(crate) value: HeaderValue,
    pub(crate) redactor: Arc<Redactor>,
}

impl Presented {
    /// `secrets` are the secret parts of the value, and the secrets behind it.
    pub(crate) fn new(mut value: HeaderValue, secrets: &[&str]) -> Self {
        value.set_sensitive(true);
        let redactor = Arc::new(Redactor::of(&value, secrets));
        Self { value, redactor }
    }
}
