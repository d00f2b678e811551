//! The path of a request without its ids and personal data.
//!
//! Threat: logs are kept longer than people's data may be. Queries contain e-mail addresses, and paths contain ids and names;
//! what is left is enough for a developer to see which endpoint was called.

use std::fmt;

/// A longer segment is taken for an id.
const MAX_WORD_BYTES: usize = 40;

/// A path whose segments are words of an API or `{id}`, without the query. Example: `/users/{id}.json`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PathTemplate(String);

impl PathTemplate {
    /// The template of a path, with or without a query.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let segments: Vec<String> = path.split('/').map(segment).collect();
        Self(segments.join("/"))
    }

    /// The template as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn segment(segment: &str) -> String {
    if segment.is_empty() || is_word(segment) || is_version(segment) {
        return segment.to_owned();
    }
    match segment.rsplit_once('.') {
        Some((word, extension @ ("json" | "xml"))) if is_word(word) || is_version(word) => {
            format!("{word}.{extension}")
        }
        Some((_, extension @ ("json" | "xml"))) => format!("{{id}}.{extension}"),
        _ => "{id}".to_owned(),
    }
}

fn is_word(text: &str) -> bool {
    text.len() <= MAX_WORD_BYTES && text.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_'))
}

fn is_version(text: &str) -> bool {
    text.strip_prefix('v').is_some_and(|number| {
        number.len() <= 4
            && number.starts_with(|c: char| c.is_ascii_digit())
            && !number.contains(|c: char| !c.is_ascii_digit() && c != '.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_queries_are_removed_and_endpoints_are_kept() {
        for (path, expected) in [
            ("/users.json?email=ada@example.com", "/users.json"),
            ("/users/4711.json", "/users/{id}.json"),
            ("/acme-samanage/scim/v2/Users/4711", "/acme-samanage/scim/v2/Users/{id}"),
            ("/scim/v2/Users/ada@example.com", "/scim/v2/Users/{id}"),
            ("/api/v2.1/groups/0b7a-33/members", "/api/v2.1/groups/{id}/members"),
            ("/users/ada%40example", "/users/{id}"),
            ("/users/ada.lovelace", "/users/{id}"),
            ("/", "/"),
            ("", ""),
            ("/.json", "/.json"),
        ] {
            assert_eq!(PathTemplate::of(path).as_str(), expected, "{path}");
        }
    }
}
