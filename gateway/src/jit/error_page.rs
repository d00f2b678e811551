//! The plain page that a person sees when a sign-in fails.
//!
//! No scripts, no styles, no frames, no forms; every text comes from the gateway, and everything that is not constant is escaped.

use axum::response::{IntoResponse as _, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, StatusCode};
use std::time::Duration;

const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

/// The content of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ErrorPage {
    pub(super) status: StatusCode,
    pub(super) title: &'static str,
    /// What the person should do.
    pub(super) advice: &'static str,
    /// Whether starting again may help.
    pub(super) again: bool,
    /// When to try again; sent in whole seconds, rounded up.
    pub(super) wait: Option<Duration>,
}

impl ErrorPage {
    /// The response; `start` is the URL where a sign-in starts.
    pub(super) fn render(self, start: Option<&str>, correlation: &str) -> Response {
        let Self { status, title, advice, again, wait } = self;
        let again =
            start.filter(|_| again).map(|start| format!("<p><a href=\"{}\">Start again</a></p>\n", escaped(start)));
        let html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
             <h1>{title}</h1>\n<p>{advice}</p>\n{}<p>Reference for your administrator: <code>{}</code></p>\n</html>\n",
            again.unwrap_or_default(),
            escaped(correlation),
        );
        let mut response = (status, html).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CONTENT_SECURITY_POLICY, POLICY);
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(wait) = wait {
            headers.insert(RETRY_AFTER, wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).into());
        }
        keep_private(&mut response);
        response
    }
}

/// Prevents the response from being stored, and its URL from being sent to the next site: URLs here contain codes.
pub(super) fn keep_private(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_with_a_meaning_in_html_are_escaped() {
        assert_eq!(escaped("<a href=\"x\">'&'</a>"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
    }
}
