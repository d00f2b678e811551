//! The path of an app's field, as the mapping writes it: `role.name` for a REST app,
//! `emails[type eq "work"].value` or `urn:…:User:manager.value` for an app that speaks SCIM.

use crate::{Object, Value};
use std::fmt;
use std::str::FromStr;

/// A parsed field path. `Display` prints it as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath {
    written: String,
    schema: Option<String>,
    segments: Vec<Segment>,
}

/// One name of a path, with an optional selector of its elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The field's name.
    pub name: String,
    /// The text in brackets after the name: `type eq "work"`.
    pub selector: Option<String>,
}

/// A text that is not a field path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFieldPath {
    path: String,
    why: &'static str,
}

impl fmt::Display for InvalidFieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a field path: {}", self.path, self.why)
    }
}

impl std::error::Error for InvalidFieldPath {}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl FieldPath {
    /// The path as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The URN before the names, if there is one.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The segments, outermost first; never empty.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether it consists only of dotted names, so that nested objects can express it.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.schema.is_none() && self.segments.iter().all(|segment| segment.selector.is_none())
    }

    /// The outermost name.
    #[must_use]
    pub fn root(&self) -> &str {
        self.segments.first().map_or("", |segment| &segment.name)
    }

    /// The value at a plain path.
    #[must_use]
    pub fn get<'d>(&self, document: &'d Object) -> Option<&'d Value> {
        let (first, rest) = self.segments.split_first()?;
        rest.iter().try_fold(document.get(&first.name)?, |value, segment| value.get(&segment.name))
    }

    /// Sets the value at a plain path; missing objects on the way are created, and other values are replaced by objects.
    pub fn put(&self, document: &mut Object, value: Value) {
        let Some((last, parents)) = self.segments.split_last() else { return };
        let mut at = document;
        for segment in parents {
            let child = at.entry(segment.name.clone()).or_insert_with(|| Value::Object(Object::new()));
            if !child.is_object() {
                *child = Value::Object(Object::new());
            }
            let Value::Object(object) = child else { return };
            at = object;
        }
        at.insert(last.name.clone(), value);
    }
}

impl FromStr for FieldPath {
    type Err = InvalidFieldPath;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = |why| InvalidFieldPath { path: text.to_owned(), why };
        let head = text.split('[').next().unwrap_or(text);
        let (schema, mut rest) = match head.rfind(':') {
            Some(colon) if head.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:")) => {
                let (urn, names) = text.split_at(colon);
                (Some(urn.to_owned()), names.get(1..).unwrap_or_default())
            }
            Some(_) => return Err(invalid("only a URN may contain `:`, and a URN starts with `urn:`")),
            None => (None, text),
        };
        let mut segments = Vec::new();
        loop {
            let end = rest.find(['.', '[', ']']).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if name.trim().is_empty() {
                return Err(invalid("a name is missing"));
            }
            let (selector, after) = match after.strip_prefix('[') {
                Some(inner) => {
                    let close = closing_bracket(inner).ok_or_else(|| invalid("missing `]` for a `[`"))?;
                    let (selector, after) = inner.split_at(close);
                    (Some(selector.to_owned()), after.get(1..).unwrap_or_default())
                }
                None => (None, after),
            };
            segments.push(Segment { name: name.to_owned(), selector });
            match after.strip_prefix('.') {
                Some(more) => rest = more,
                None if after.is_empty() => break,
                None => return Err(invalid("expected `.` between names")),
            }
        }
        Ok(Self { written: text.to_owned(), schema, segments })
    }
}

/// The position of the `]` that closes a selector; those inside a quoted string do not count.
fn closing_bracket(inner: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ']' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn a_path_is_split_into_urn_names_and_selectors() {
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        for (text, schema, names, selectors) in [
            ("email", None, vec!["email"], vec![None]),
            ("role.name", None, vec!["role", "name"], vec![None, None]),
            (r#"emails[type eq "a]:b"].value"#, None, vec!["emails", "value"], vec![Some(r#"type eq "a]:b""#), None]),
            (&format!("{enterprise}:manager.value"), Some(enterprise), vec!["manager", "value"], vec![None, None]),
        ] {
            let path: FieldPath = text.parse().unwrap();
            assert_eq!(path.schema(), schema, "{text}");
            assert_eq!(path.segments().iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), names, "{text}");
            assert_eq!(path.segments().iter().map(|s| s.selector.as_deref()).collect::<Vec<_>>(), selectors, "{text}");
            assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn a_malformed_path_says_why() {
        for (text, why) in [
            ("", "a name is missing"),
            ("a..b", "a name is missing"),
            ("a.", "a name is missing"),
            ("a[type eq \"x]", "missing `]` for a `[`"),
            ("a[x]b", "expected `.` between names"),
            ("a]", "expected `.` between names"),
            ("x:y", "only a URN may contain `:`, and a URN starts with `urn:`"),
        ] {
            let error = text.parse::<FieldPath>().unwrap_err();
            assert_eq!(error.to_string(), format!("`{text}` is not a field path: {why}"));
        }
    }

    #[test]
    fn a_value_put_at_a_path_is_found_there() {
        let path: FieldPath = "role.name".parse().unwrap();
        let mut document = Object::from_iter([("role".to_owned(), json!("text in the way"))]);
        path.put(&mut document, json!("Requester"));
        assert_eq!(Value::from(document.clone()), json!({"role": {"name": "Requester"}}));
        assert_eq!(path.get(&document), Some(&json!("Requester")));
    }
}
