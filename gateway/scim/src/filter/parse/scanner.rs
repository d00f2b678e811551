//! Reads the words and literals of a filter's text.

use serde_json::{Number, Value};

/// What was expected at the scanner's position.
pub(super) type Expected = String;

/// A position in a filter's text.
pub(super) struct Scanner<'a> {
    text: &'a str,
    /// A byte offset, always on a character boundary.
    pub(super) at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn literal(&mut self) -> Result<Value, Expected> {
        let start = self.at;
        if self.peek() == Some('"') {
            let length = string_length(self.rest()).ok_or("a closing quote")?;
            let literal = self.rest().get(..length).unwrap_or_default();
            let text: String = serde_json::from_str(literal).map_err(|_| "a valid JSON string")?;
            if text.contains('\0') {
                return Err("a string without the character NUL".to_owned());
            }
            self.at += length;
            return Ok(Value::String(text));
        }
        match self.word() {
            word if word.eq_ignore_ascii_case("true") => Ok(Value::Bool(true)),
            word if word.eq_ignore_ascii_case("false") => Ok(Value::Bool(false)),
            word if word.eq_ignore_ascii_case("null") => Ok(Value::Null),
            word => match number(word) {
                Some(number) => Ok(Value::Number(number)),
                None => {
                    self.at = start;
                    Err("a value: a string in double quotes, a number, true, false or null".to_owned())
                }
            },
        }
    }

    /// Consumes the word if it is this one.
    pub(super) fn keyword(&mut self, keyword: &str) -> bool {
        let start = self.at;
        self.spaces();
        let found = self.word().eq_ignore_ascii_case(keyword);
        if !found {
            self.at = start;
        }
        found
    }

    /// Consumes everything up to a space, quote, parenthesis or bracket.
    pub(super) fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || "()[]\"".contains(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    pub(super) fn end(&mut self, expected: &str) -> Result<(), Expected> {
        self.spaces();
        if self.rest().is_empty() { Ok(()) } else { Err(expected.to_owned()) }
    }

    pub(super) fn spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    pub(super) fn advance(&mut self, over: char) {
        self.at += over.len_utf8();
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The position in characters, from 1.
    pub(super) fn column(&self) -> usize {
        self.text.get(..self.at).map_or(0, |before| before.chars().count()) + 1
    }
}

/// Parses a JSON number. serde_json knows the grammar, but its fractions may be off in the last bit.
fn number(word: &str) -> Option<Number> {
    let number: Number = serde_json::from_str(word).ok()?;
    if number.is_f64() { Number::from_f64(word.parse().ok()?) } else { Some(number) }
}

/// The length of the JSON string at the start of the text, quotes included.
fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(index + 1),
            _ => {}
        }
    }
    None
}
