//! From text to [`Filter`]: a recursive descent over RFC 7644 figure 1, where `not` binds before `and` before `or`.
//!
//! It recurses only at a parenthesis or a bracket, and those are counted.

use serde_json::{Number, Value};

use super::{CompareOp, Comparison, Filter, MAX_DEPTH, MAX_LENGTH, Operand};
use crate::{
    error::Error,
    path::{AttributePath, is_name},
};

/// A whole filter.
pub(super) fn filter(text: &str) -> Result<Filter, Error> {
    let mut parser = Parser::new(text)?;
    let filter = parser.or().map_err(|expected| parser.error(&expected))?;
    parser.end("'and', 'or' or the end of the filter").map_err(|expected| parser.error(&expected))?;
    Ok(filter)
}

/// The parts of `attribute`, `attribute[filter]` and `attribute[filter].sub`; the attribute is not looked at.
///
/// # Errors
/// `invalidFilter` for what is in the brackets, `invalidPath` for what follows them.
pub(crate) fn slot(text: &str) -> Result<(&str, Option<Filter>, Option<&str>), Error> {
    let text = text.trim();
    let Some(bracket) = text.find('[') else { return Ok((text, None, None)) };
    let mut parser = Parser::new(text)?;
    parser.at = bracket;
    let selector = parser.brackets().map_err(|expected| parser.error(&expected))?;
    let attribute = text.get(..bracket).unwrap_or_default();
    let sub = match parser.rest() {
        "" => None,
        rest => Some(rest.strip_prefix('.').filter(|sub| is_name(sub)).ok_or_else(|| {
            Error::invalid_path(format!(
                "column {}: expected '.' and a sub-attribute, or the end of the path",
                parser.column()
            ))
        })?),
    };
    Ok((attribute, Some(selector), sub))
}

/// What was expected where the parser stands.
type Expected = String;

struct Parser<'a> {
    text: &'a str,
    /// A byte offset, always on a character boundary.
    at: usize,
    depth: usize,
    in_brackets: bool,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Self, Error> {
        if text.len() > MAX_LENGTH {
            return Err(Error::invalid_filter(format!(
                "a filter may have {MAX_LENGTH} bytes, this one has {}",
                text.len()
            )));
        }
        Ok(Self { text, at: 0, depth: 0, in_brackets: false })
    }

    fn or(&mut self) -> Result<Filter, Expected> {
        let first = self.and()?;
        if !self.keyword("or") {
            return Ok(first);
        }
        let mut items = Vec::with_capacity(2);
        push_flat(&mut items, first, true);
        loop {
            push_flat(&mut items, self.and()?, true);
            if !self.keyword("or") {
                return Ok(Filter::Or(items));
            }
        }
    }

    fn and(&mut self) -> Result<Filter, Expected> {
        let first = self.term()?;
        if !self.keyword("and") {
            return Ok(first);
        }
        let mut items = Vec::with_capacity(2);
        push_flat(&mut items, first, false);
        loop {
            push_flat(&mut items, self.term()?, false);
            if !self.keyword("and") {
                return Ok(Filter::And(items));
            }
        }
    }

    fn term(&mut self) -> Result<Filter, Expected> {
        self.spaces();
        if self.peek() == Some('(') {
            return self.parentheses();
        }
        let start = self.at;
        let word = self.word();
        if word.eq_ignore_ascii_case("not") {
            self.spaces();
            if self.peek() == Some('(') {
                return Ok(Filter::Not(Box::new(self.parentheses()?)));
            }
        }
        self.at = start;
        self.condition()
    }

    fn parentheses(&mut self) -> Result<Filter, Expected> {
        self.enter()?;
        let filter = self.or()?;
        self.close(')')?;
        Ok(filter)
    }

    fn brackets(&mut self) -> Result<Filter, Expected> {
        if self.in_brackets {
            return Err("an operator: brackets do not nest".to_owned());
        }
        self.enter()?;
        self.in_brackets = true;
        let filter = self.or()?;
        self.close(']')?;
        self.in_brackets = false;
        Ok(filter)
    }

    fn condition(&mut self) -> Result<Filter, Expected> {
        let start = self.at;
        let word = self.word();
        if word.is_empty() {
            return Err("an attribute, 'not' or '('".to_owned());
        }
        let Ok(path) = word.parse::<AttributePath>() else {
            self.at = start;
            return Err("an attribute such as userName or name.givenName".to_owned());
        };
        if self.peek() != Some('[') {
            return self.comparison(Operand::plain(path));
        }
        let filter = Box::new(self.brackets()?);
        if self.peek() != Some('.') {
            return Ok(Filter::Elements { path, filter });
        }
        self.advance('.');
        let start = self.at;
        let sub = self.word();
        if !is_name(sub) {
            self.at = start;
            return Err("a sub-attribute".to_owned());
        }
        self.comparison(Operand { path, selector: Some(filter), sub: Some(sub.to_owned()) })
    }

    fn comparison(&mut self, path: Operand) -> Result<Filter, Expected> {
        self.spaces();
        let start = self.at;
        let word = self.word();
        if word.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(path));
        }
        let Some(op) = CompareOp::parse(word) else {
            self.at = start;
            return Err("one of eq, ne, co, sw, ew, gt, ge, lt, le, pr".to_owned());
        };
        self.spaces();
        let value = self.literal()?;
        Ok(Filter::Compare(Comparison { path, op, value }))
    }

    fn literal(&mut self) -> Result<Value, Expected> {
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
    fn keyword(&mut self, keyword: &str) -> bool {
        let start = self.at;
        self.spaces();
        let found = self.word().eq_ignore_ascii_case(keyword);
        if !found {
            self.at = start;
        }
        found
    }

    /// Consumes everything up to a space, quote, parenthesis or bracket, and what follows a closing bracket is no word.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || "()[]\"".contains(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn enter(&mut self) -> Result<(), Expected> {
        if self.depth == MAX_DEPTH {
            return Err(format!("at most {MAX_DEPTH} levels of parentheses"));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    fn close(&mut self, closing: char) -> Result<(), Expected> {
        self.spaces();
        if self.peek() != Some(closing) {
            return Err(format!("'and', 'or' or '{closing}'"));
        }
        self.depth -= 1;
        self.advance(closing);
        Ok(())
    }

    fn end(&mut self, expected: &str) -> Result<(), Expected> {
        self.spaces();
        if self.rest().is_empty() { Ok(()) } else { Err(expected.to_owned()) }
    }

    fn spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn advance(&mut self, over: char) {
        self.at += over.len_utf8();
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Counted in characters, from 1.
    fn column(&self) -> usize {
        self.text.get(..self.at).map_or(0, |before| before.chars().count()) + 1
    }

    fn error(&self, expected: &str) -> Error {
        Error::invalid_filter(format!("column {}: expected {expected}", self.column()))
    }
}

/// A JSON number. serde_json knows the grammar, but its fractions may be off by their last bit.
fn number(word: &str) -> Option<Number> {
    let number: Number = serde_json::from_str(word).ok()?;
    if number.is_f64() { Number::from_f64(word.parse().ok()?) } else { Some(number) }
}

/// A parenthesis around the same operator changes nothing.
fn push_flat(items: &mut Vec<Filter>, filter: Filter, or: bool) {
    match filter {
        Filter::Or(inner) if or => items.extend(inner),
        Filter::And(inner) if !or => items.extend(inner),
        other => items.push(other),
    }
}

/// The length of the JSON string that the text starts with, quotes included.
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
