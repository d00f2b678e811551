//! Where a value stands in the app's document.
//!
//! A dotted path (`role.name`) for a REST app; for an app that speaks SCIM also an element chosen by its sub-attributes
//! (`emails[type eq "work"].value`) and an attribute of an extension (`urn:…:User:department`). The connector gets
//! the path as it is written. Parsed once, when the mapping is loaded.

use std::fmt;

use scim_protocol::Object;
use serde_json::Value;

/// A path to one field of the app's document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AppPath {
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq)]
struct Step {
    name: String,
    /// `[a eq 1 and b eq 2]`: the element of an array whose members have these values.
    element: Option<Vec<(String, Value)>>,
}

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub(super) struct AppPathError {
    /// How many characters stand before the fault.
    pub(super) offset: usize,
    /// What would be right there.
    pub(super) expected: &'static str,
}

impl std::str::FromStr for AppPath {
    type Err = AppPathError;

    fn from_str(text: &str) -> Result<Self, AppPathError> {
        let mut parser = Parser { text, at: 0 };
        let steps = parser.path()?;
        Ok(Self { text: text.to_owned(), steps })
    }
}

impl fmt::Display for AppPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl AppPath {
    /// The path as the mapping writes it.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The value of the field; null is no value.
    pub(super) fn get<'d>(&self, document: &'d Object) -> Option<&'d Value> {
        let mut steps = self.steps.iter();
        let mut value = steps.next()?.get(document)?;
        for step in steps {
            value = step.get(value.as_object()?)?;
        }
        (!value.is_null()).then_some(value)
    }

    /// Sets the field; objects, arrays and elements on the way are made when they are missing.
    pub(super) fn put(&self, document: &mut Object, value: Value) {
        put(document, &self.steps, value);
    }

    /// Whether writing one of the two fields writes (part of) the other.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.steps.iter().zip(&other.steps).all(|(one, two)| {
            one.name == two.name
                && match (&one.element, &two.element) {
                    (Some(one), Some(two)) => one == two,
                    _ => true,
                }
        })
    }
}

impl Step {
    fn get<'d>(&self, object: &'d Object) -> Option<&'d Value> {
        let value = object.get(&self.name)?;
        match &self.element {
            None => Some(value),
            Some(chosen) => value.as_array()?.iter().find(|element| has(element, chosen)),
        }
    }
}

fn put(object: &mut Object, steps: &[Step], value: Value) {
    let Some((step, rest)) = steps.split_first() else { return };
    if step.element.is_none() && rest.is_empty() {
        object.insert(step.name.clone(), value);
        return;
    }
    let entry = object.entry(step.name.clone()).or_insert(Value::Null);
    let target = match &step.element {
        None => Some(entry),
        Some(chosen) => element(entry, chosen),
    };
    let Some(target) = target else { return };
    if !target.is_object() {
        *target = Value::Object(Object::new());
    }
    let Value::Object(target) = target else { return };
    match value {
        value if !rest.is_empty() => put(target, rest, value),
        // A whole element keeps the members that it was chosen by.
        Value::Object(members) => target.extend(members),
        value => {
            target.insert("value".to_owned(), value);
        }
    }
}

/// The first element that has the chosen members; a new one at the end if none has.
fn element<'d>(array: &'d mut Value, chosen: &[(String, Value)]) -> Option<&'d mut Value> {
    if !array.is_array() {
        *array = Value::Array(Vec::new());
    }
    let elements = array.as_array_mut()?;
    let index = elements.iter().position(|element| has(element, chosen)).unwrap_or(elements.len());
    if index == elements.len() {
        elements.push(Value::Object(chosen.iter().cloned().collect()));
    }
    elements.get_mut(index)
}

fn has(element: &Value, chosen: &[(String, Value)]) -> bool {
    chosen.iter().all(|(name, wanted)| match (element.get(name), wanted) {
        // `type` and its kin ignore case (RFC 7643 §4.1.2).
        (Some(Value::String(found)), Value::String(wanted)) => found.eq_ignore_ascii_case(wanted),
        (Some(found), wanted) => found == wanted,
        (None, _) => false,
    })
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl Parser<'_> {
    fn path(&mut self) -> Result<Vec<Step>, AppPathError> {
        let mut steps = Vec::new();
        if self.text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:")) {
            // The dots of a URN are not ours: its last colon parts it from the attribute.
            let end = self.text.find('[').unwrap_or(self.text.len());
            let colon = self.text.get(..end).and_then(|urn| urn.rfind(':')).unwrap_or_default();
            let urn = self.text.get(..colon).unwrap_or_default();
            steps.push(Step { name: urn.to_owned(), element: None });
            self.at = colon + 1;
        }
        loop {
            let name = self.name("a field name")?;
            let element = if self.eat("[") { Some(self.element()?) } else { None };
            steps.push(Step { name, element });
            match self.rest().chars().next() {
                None => return Ok(steps),
                Some('.') => self.at += 1,
                Some(_) => return Err(self.error("`.`, `[` or the end")),
            }
        }
    }

    fn element(&mut self) -> Result<Vec<(String, Value)>, AppPathError> {
        let mut chosen = Vec::new();
        loop {
            self.space();
            let name = self.name("a sub-attribute, as in `[type eq \"work\"]`")?;
            self.space();
            if !self.eat("eq ") {
                return Err(self.error("`eq`, the only comparison that can be written to"));
            }
            self.space();
            let mut literal = serde_json::Deserializer::from_str(self.rest()).into_iter::<Value>();
            match literal.next() {
                Some(Ok(value)) if !value.is_array() && !value.is_object() && !value.is_null() => {
                    self.at += literal.byte_offset();
                    chosen.push((name, value));
                }
                _ => return Err(self.error("a string in double quotes, a number, true or false")),
            }
            self.space();
            if self.eat("]") {
                return Ok(chosen);
            }
            if !self.eat("and ") {
                return Err(self.error("`and` or `]`"));
            }
        }
    }

    fn name(&mut self, expected: &'static str) -> Result<String, AppPathError> {
        let rest = self.rest();
        let end = rest.find(|c: char| ".[]:\"'".contains(c) || c.is_whitespace()).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default().to_owned();
        if name.is_empty() {
            return Err(self.error(expected));
        }
        self.at += end;
        Ok(name)
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().get(..token.len()).is_some_and(|start| start.eq_ignore_ascii_case(token));
        if found {
            self.at += token.len();
        }
        found
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches(' ').len();
    }

    fn error(&self, expected: &'static str) -> AppPathError {
        let offset = self.text.get(..self.at).unwrap_or(self.text).chars().count();
        AppPathError { offset, expected }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> AppPath {
        text.parse().unwrap()
    }

    #[test]
    fn a_field_that_was_put_is_found_again_where_the_app_expects_it() {
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        for (text, expected) in [
            ("email", json!({"email": "x"})),
            ("role.name", json!({"role": {"name": "x"}})),
            (r#"emails[type eq "work"].value"#, json!({"emails": [{"type": "work", "value": "x"}]})),
            (
                r#"emails[type EQ "a].b" and primary eq true].value"#,
                json!({"emails": [{"type": "a].b", "primary": true, "value": "x"}]}),
            ),
            (r#"emails[type eq "work"]"#, json!({"emails": [{"type": "work", "value": "x"}]})),
            (&format!("{urn}:manager.value"), json!({urn: {"manager": {"value": "x"}}})),
            (&format!("{urn}:tags[value eq 1].note"), json!({urn: {"tags": [{"value": 1, "note": "x"}]}})),
        ] {
            let mut document = Object::new();
            path(text).put(&mut document, json!("x"));
            assert_eq!(Value::Object(document.clone()), expected, "{text}");
            if !text.ends_with(']') {
                assert_eq!(path(text).get(&document), Some(&json!("x")), "{text}");
            }
            assert_eq!(path(text).as_str(), text);
        }
    }

    #[test]
    fn putting_keeps_what_stands_beside_the_field() {
        let mut document = json!({"role": {"id": 1}, "emails": [{"type": "home", "value": "h"}, {"type": "Work"}]});
        let object = document.as_object_mut().unwrap();
        path("role.name").put(object, json!("n"));
        path(r#"emails[type eq "work"].value"#).put(object, json!("w"));
        assert_eq!(
            document,
            json!({"role": {"id": 1, "name": "n"},
                "emails": [{"type": "home", "value": "h"}, {"type": "Work", "value": "w"}]})
        );
    }

    #[test]
    fn null_is_no_value() {
        let document = json!({"role": null, "title": null}).as_object().unwrap().clone();
        assert_eq!(path("title").get(&document), None);
        assert_eq!(path("role.name").get(&document), None);
    }

    #[test]
    fn a_bad_path_says_where_and_what_was_expected() {
        for (text, offset, expected) in [
            ("", 0, "a field name"),
            ("a..b", 2, "a field name"),
            ("a.", 2, "a field name"),
            ("a b", 1, "`.`, `[` or the end"),
            ("emails[", 7, "a sub-attribute, as in `[type eq \"work\"]`"),
            ("emails[type = 1]", 12, "`eq`, the only comparison that can be written to"),
            ("emails[type eq work]", 15, "a string in double quotes, a number, true or false"),
            ("emails[type eq \"work\"", 21, "`and` or `]`"),
            ("emails[0].value", 8, "`eq`, the only comparison that can be written to"),
            ("urn:a:b:", 8, "a field name"),
        ] {
            assert_eq!(text.parse::<AppPath>(), Err(AppPathError { offset, expected }), "{text}");
        }
    }

    #[test]
    fn fields_overlap_when_one_lies_inside_the_other() {
        for (one, two, expected) in [
            ("role", "role.name", true),
            ("role.id", "role.name", false),
            ("a", "b", false),
            (r#"emails[type eq "work"].value"#, r#"emails[type eq "home"].value"#, false),
            (r#"emails[type eq "work"].value"#, "emails", true),
        ] {
            assert_eq!(path(one).overlaps(&path(two)), expected, "{one} {two}");
            assert_eq!(path(two).overlaps(&path(one)), expected, "{two} {one}");
        }
    }
}
