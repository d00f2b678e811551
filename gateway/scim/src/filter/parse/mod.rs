//! Parses a filter: recursive descent over RFC 7644 figure 1, where `not` binds before `and` before `or`.
//!
//! It recurses only at a parenthesis or a bracket, and those are counted.

mod scanner;

use super::operator::CompareOp;
use super::tree::{Comparison, Filter, Operand};
use crate::error::Error;
use crate::path::{AttributePath, is_name};
use scanner::{Expected, Scanner};

/// The longest filter, in bytes.
pub const MAX_LENGTH: usize = 16 * 1024;

/// How deep parentheses and brackets may nest.
pub const MAX_DEPTH: usize = 64;

impl Filter {
    /// Parses a filter. Names and literals stay as the client wrote them; [`Filter::check`] makes them canonical.
    ///
    /// # Errors
    /// 400 `invalidFilter`, with the column and what was expected there.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut parser = Parser::new(text)?;
        let filter = parser.or().map_err(|expected| parser.error(&expected))?;
        let end = parser.scanner.end("'and', 'or' or the end of the filter");
        end.map_err(|expected| parser.error(&expected))?;
        Ok(filter)
    }
}

/// Splits `attribute`, `attribute[filter]` and `attribute[filter].sub` into their parts; the attribute is not checked.
///
/// # Errors
/// `invalidFilter` for the text in the brackets, `invalidPath` for the text after them.
pub(crate) fn slot(text: &str) -> Result<(&str, Option<Filter>, Option<&str>), Error> {
    let text = text.trim();
    let Some(bracket) = text.find('[') else { return Ok((text, None, None)) };
    let mut parser = Parser::new(text)?;
    parser.scanner.at = bracket;
    let selector = parser.brackets().map_err(|expected| parser.error(&expected))?;
    let attribute = text.get(..bracket).unwrap_or_default();
    let sub = match parser.scanner.rest() {
        "" => None,
        rest => Some(rest.strip_prefix('.').filter(|sub| is_name(sub)).ok_or_else(|| {
            Error::invalid_path(format!(
                "column {}: expected '.' and a sub-attribute, or the end of the path",
                parser.scanner.column()
            ))
        })?),
    };
    Ok((attribute, Some(selector), sub))
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    depth: usize,
    in_brackets: bool,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Self, Error> {
        if text.len() > MAX_LENGTH {
            return Err(Error::invalid_filter(format!(
                "a filter may have at most {MAX_LENGTH} bytes; this one has {}",
                text.len()
            )));
        }
        Ok(Self { scanner: Scanner::new(text), depth: 0, in_brackets: false })
    }

    fn or(&mut self) -> Result<Filter, Expected> {
        let first = self.and()?;
        if !self.scanner.keyword("or") {
            return Ok(first);
        }
        let mut items = Vec::with_capacity(2);
        push_flat(&mut items, first, true);
        loop {
            push_flat(&mut items, self.and()?, true);
            if !self.scanner.keyword("or") {
                return Ok(Filter::Or(items));
            }
        }
    }

    fn and(&mut self) -> Result<Filter, Expected> {
        let first = self.term()?;
        if !self.scanner.keyword("and") {
            return Ok(first);
        }
        let mut items = Vec::with_capacity(2);
        push_flat(&mut items, first, false);
        loop {
            push_flat(&mut items, self.term()?, false);
            if !self.scanner.keyword("and") {
                return Ok(Filter::And(items));
            }
        }
    }

    fn term(&mut self) -> Result<Filter, Expected> {
        self.scanner.spaces();
        if self.scanner.peek() == Some('(') {
            return self.parentheses();
        }
        let start = self.scanner.at;
        let word = self.scanner.word();
        if word.eq_ignore_ascii_case("not") {
            self.scanner.spaces();
            if self.scanner.peek() == Some('(') {
                return Ok(Filter::Not(Box::new(self.parentheses()?)));
            }
        }
        self.scanner.at = start;
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
        let start = self.scanner.at;
        let word = self.scanner.word();
        if word.is_empty() {
            return Err("an attribute, 'not' or '('".to_owned());
        }
        let Ok(path) = word.parse::<AttributePath>() else {
            self.scanner.at = start;
            return Err("an attribute such as userName or name.givenName".to_owned());
        };
        if self.scanner.peek() != Some('[') {
            return self.comparison(Operand::plain(path));
        }
        let filter = Box::new(self.brackets()?);
        if self.scanner.peek() != Some('.') {
            return Ok(Filter::Elements { path, filter });
        }
        self.scanner.advance('.');
        let start = self.scanner.at;
        let sub = self.scanner.word();
        if !is_name(sub) {
            self.scanner.at = start;
            return Err("a sub-attribute".to_owned());
        }
        self.comparison(Operand { path, selector: Some(filter), sub: Some(sub.to_owned()) })
    }

    fn comparison(&mut self, path: Operand) -> Result<Filter, Expected> {
        self.scanner.spaces();
        let start = self.scanner.at;
        let word = self.scanner.word();
        if word.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(path));
        }
        let Some(op) = CompareOp::parse(word) else {
            self.scanner.at = start;
            return Err("one of eq, ne, co, sw, ew, gt, ge, lt, le, pr".to_owned());
        };
        self.scanner.spaces();
        let value = self.scanner.literal()?;
        Ok(Filter::Compare(Comparison { path, op, value }))
    }

    fn enter(&mut self) -> Result<(), Expected> {
        if self.depth == MAX_DEPTH {
            return Err(format!("at most {MAX_DEPTH} levels of parentheses"));
        }
        self.depth += 1;
        self.scanner.at += 1;
        Ok(())
    }

    fn close(&mut self, closing: char) -> Result<(), Expected> {
        self.scanner.spaces();
        if self.scanner.peek() != Some(closing) {
            return Err(format!("'and', 'or' or '{closing}'"));
        }
        self.depth -= 1;
        self.scanner.advance(closing);
        Ok(())
    }

    fn error(&self, expected: &str) -> Error {
        Error::invalid_filter(format!("column {}: expected {expected}", self.scanner.column()))
    }
}

/// Flattens parentheses around the same operator, which change nothing.
fn push_flat(items: &mut Vec<Filter>, filter: Filter, or: bool) {
    match filter {
        Filter::Or(inner) if or => items.extend(inner),
        Filter::And(inner) if !or => items.extend(inner),
        other => items.push(other),
    }
}
