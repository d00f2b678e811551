//! The path of a value in the app's document.
//!
//! A dotted path (`role.name`) for a REST app. For an app that speaks SCIM it may also choose an element by its sub-attributes
//! (`emails[type eq "work"].value`) or name an attribute of an extension (`urn:…:User:department`). The connector receives
//! the path as it is written. Parsed once, when the mapping is loaded.

mod parse;
mod step;

pub(super) use parse::AppPathError;
use scim_protocol::Object;
use serde_json::Value;
use std::fmt;
use std::str::FromStr;
use step::Step;

/// A path to one field of the app's document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AppPath {
    text: String,
    steps: Vec<Step>,
}

impl FromStr for AppPath {
    type Err = AppPathError;

    fn from_str(text: &str) -> Result<Self, AppPathError> {
        Ok(Self { text: text.to_owned(), steps: parse::steps(text)? })
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

    /// The value of the field; null counts as no value.
    pub(super) fn get<'d>(&self, document: &'d Object) -> Option<&'d Value> {
        let mut steps = self.steps.iter();
        let mut value = steps.next()?.get(document)?;
        for step in steps {
            value = step.get(value.as_object()?)?;
        }
        (!value.is_null()).then_some(value)
    }

    /// Sets the field; missing objects, arrays and elements on the way are created.
    pub(super) fn put(&self, document: &mut Object, value: Value) {
        step::put(document, &self.steps, value);
    }

    /// Whether writing one of the two fields also writes the other or a part of it.
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
    fn putting_a_field_keeps_its_siblings() {
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
    fn null_counts_as_no_value() {
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
