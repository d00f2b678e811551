//! Parses a path into the app's document.

use super::step::Step;
use serde_json::Value;

/// Why a text is not a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub(crate) struct AppPathError {
    /// The position of the error, in characters.
    pub(crate) offset: usize,
    /// What was expected there.
    pub(crate) expected: &'static str,
}

/// The steps of a path.
pub(super) fn steps(text: &str) -> Result<Vec<Step>, AppPathError> {
    Parser { text, at: 0 }.path()
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl Parser<'_> {
    fn path(&mut self) -> Result<Vec<Step>, AppPathError> {
        let mut steps = Vec::new();
        if self.text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:")) {
            // A URN may contain dots; its last colon separates it from the attribute.
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
