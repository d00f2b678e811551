//! Finds positions in the text of a mapping document.
//!
//! `serde_json` gives positions only of syntax errors, while the JSON Schema validator and our own checks refer to values.
//! `jsonc-parser` (dprint's, no dependencies) keeps the range of every value and property name, including properties hidden
//! by a later one of the same name.

use jsonc_parser::ast::Value;
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use std::collections::HashSet;

/// A position in a document; line and column count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// A JSON text whose values can be found by JSON Pointer (RFC 6901).
#[derive(Debug)]
pub(super) struct Located<'t> {
    text: &'t str,
    root: Value<'t>,
    /// Where each line starts.
    lines: Vec<usize>,
}

impl<'t> Located<'t> {
    /// Parses strict JSON only: comments and trailing commas are refused, as by `serde_json`.
    pub(super) fn parse(text: &'t str) -> Result<Self, (Position, String)> {
        let strict = ParseOptions {
            allow_comments: false,
            allow_loose_object_property_names: false,
            allow_trailing_commas: false,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            ..ParseOptions::default()
        };
        match parse_to_ast(text, &CollectOptions::default(), &strict) {
            Ok(parsed) => match parsed.value {
                Some(root) => {
                    let starts = text.match_indices('\n').map(|(newline, _)| newline + 1);
                    Ok(Self { text, root, lines: std::iter::once(0).chain(starts).collect() })
                }
                None => Err((Position { line: 1, column: 1 }, "the document is empty".to_owned())),
            },
            Err(error) => {
                Err((Position { line: error.line_display(), column: error.column_display() }, error.kind().to_string()))
            }
        }
    }

    /// Where the value starts; if it does not exist, where its nearest existing parent starts.
    pub(super) fn value(&self, pointer: &str) -> Position {
        self.position(self.walk(pointer).1.start)
    }

    /// Where the name of the pointer's last property starts.
    pub(super) fn key(&self, pointer: &str) -> Position {
        let (key, value) = self.walk(pointer);
        self.position(key.unwrap_or(value).start)
    }

    /// The position of the `offset`th character of a string value, skipping escapes as they are written.
    pub(super) fn within(&self, pointer: &str, offset: usize) -> Position {
        let range = self.walk(pointer).1;
        let mut at = range.start.saturating_add(1);
        let mut rest = self.text.get(at..range.end).unwrap_or_default().chars();
        for _ in 0..offset {
            let Some(first) = rest.next() else { break };
            at += first.len_utf8();
            if first == '\\' {
                let escaped = rest.next();
                at += escaped.map_or(0, char::len_utf8);
                if escaped == Some('u') {
                    at += rest.by_ref().take(4).map(char::len_utf8).sum::<usize>();
                }
            }
        }
        self.position(at.min(range.end.saturating_sub(1)))
    }

    /// The text of the value exactly as written.
    pub(super) fn raw(&self, pointer: &str) -> &'t str {
        let range = self.walk(pointer).1;
        self.text.get(range.start..range.end).unwrap_or_default()
    }

    /// The first duplicate properties of the same object, of which JSON parsers see only one.
    pub(super) fn repeated(&self, most: usize) -> Vec<(Position, String)> {
        let mut found = Vec::new();
        self.repeated_in(&self.root, most, &mut found);
        found
    }

    fn repeated_in(&self, value: &Value<'t>, most: usize, found: &mut Vec<(Position, String)>) {
        match value {
            Value::Object(object) => {
                let mut known = HashSet::with_capacity(object.properties.len());
                for property in &object.properties {
                    let name = property.name.as_str();
                    if !known.insert(name) && found.len() < most {
                        found.push((self.position(property.name.start()), name.to_owned()));
                    }
                    self.repeated_in(&property.value, most, found);
                }
            }
            Value::Array(array) => array.elements.iter().for_each(|element| self.repeated_in(element, most, found)),
            _ => {}
        }
    }

    fn walk(&self, pointer: &str) -> (Option<Range>, Range) {
        let (mut key, mut value) = (None, &self.root);
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            let next = match value {
                Value::Object(object) => {
                    object.properties.iter().rfind(|property| property.name.as_str() == token).map(|property| {
                        key = Some(property.name.range());
                        &property.value
                    })
                }
                Value::Array(array) => token.parse().ok().and_then(|index: usize| {
                    key = None;
                    array.elements.get(index)
                }),
                _ => None,
            };
            match next {
                Some(next) => value = next,
                None => return (None, value.range()),
            }
        }
        (key, value.range())
    }

    fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or_default();
        Position { line, column: self.text.get(start..offset).unwrap_or_default().chars().count() + 1 }
    }
}

/// Appends a step to a JSON Pointer.
pub(super) fn child(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "{\n  \"a\": [\n    {\"b/c\": \"x\\\"\\u00e9yz\"},\n    \"é\", 7\n  ],\n  \"a2\": 1, \"a2\": 2\n}";

    #[test]
    fn values_keys_and_characters_of_strings_are_found() {
        let located = Located::parse(TEXT).unwrap();
        let at = |line, column| Position { line, column };
        assert_eq!(located.value("/a"), at(2, 8));
        assert_eq!(located.key("/a"), at(2, 3));
        assert_eq!(located.key("/a/0/b~1c"), at(3, 6));
        assert_eq!(located.value("/a/0/b~1c"), at(3, 13));
        assert_eq!(located.within("/a/0/b~1c", 3), at(3, 23), "after the two escapes");
        assert_eq!(located.value("/a/2"), at(4, 10), "columns count characters, not bytes");
        assert_eq!(located.value("/a/0/none"), at(3, 5), "the parent of what is missing");
        assert_eq!(located.raw("/a/0"), r#"{"b/c": "x\"\u00e9yz"}"#);
        assert_eq!(located.repeated(9), [(at(6, 12), "a2".to_owned())]);
    }

    #[test]
    fn anything_but_strict_json_is_refused() {
        for text in ["", "{\"a\": 1,}", "// x\n{}", "{'a': 1}", "{a: 1}", "[+1]", "[0x1]"] {
            assert!(Located::parse(text).is_err(), "{text}");
        }
    }
}
