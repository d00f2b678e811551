//! Reads a TOML table key by key, and collects mistakes instead of stopping at the first one.
//!
//! `serde` with `deny_unknown_fields` stops at the first mistake and loses the positions of nested values. A [`Table`] knows
//! the position of each key and value and which keys were read, and therefore which keys are unknown.

use super::mistake::Position;
use super::report::Report;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::str::FromStr;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

type Entry<'a> = (&'a Spanned<std::borrow::Cow<'a, str>>, &'a Spanned<DeValue<'a>>);

/// A value with its position, for checks that concern several values.
#[derive(Debug)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

/// A table being read; [`Table::finish`] reports the keys that were never read.
#[derive(Debug)]
pub(super) struct Table<'a> {
    path: String,
    span: Range<usize>,
    entries: &'a DeTable<'a>,
    known: RefCell<Vec<&'static str>>,
    report: &'a Report<'a>,
}

impl<'a> Table<'a> {
    pub(super) fn root(entries: &'a DeTable<'a>, report: &'a Report<'a>) -> Self {
        Self { path: String::new(), span: 0..0, entries, known: RefCell::default(), report }
    }

    /// The dotted path of a key of this table.
    pub(super) fn path_of(&self, key: &str) -> String {
        join(&self.path, key)
    }

    /// Reports a mistake in the value of `key`, or in the table as a whole if the key is missing.
    pub(super) fn mistake(&self, key: &str, message: impl Display, expected: impl Display) {
        let span = self.entries.get(key).map_or_else(|| self.span.clone(), Spanned::span);
        self.report.add(span, &self.path_of(key), message, expected);
    }

    /// Reports a mistake at a position inside the value of `key`.
    pub(super) fn mistake_at(&self, span: Range<usize>, key: &str, message: impl Display, expected: impl Display) {
        self.report.add(span, &self.path_of(key), message, expected);
    }

    /// Adds a warning about the value of `key`.
    pub(super) fn warn(&self, key: &str, message: impl Display, expected: impl Display) {
        let span = self.entries.get(key).map_or_else(|| self.span.clone(), Spanned::span);
        self.report.warn(&span, &self.path_of(key), message, expected);
    }

    /// Adds a warning at a position inside the value of `key`.
    pub(super) fn warn_at(&self, span: &Range<usize>, key: &str, message: impl Display, expected: impl Display) {
        self.report.warn(span, &self.path_of(key), message, expected);
    }

    /// The table as written.
    pub(super) fn source(&self) -> &DeTable<'a> {
        self.entries
    }

    /// Whether the key is present, whatever its value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Whether the key has a list without elements.
    pub(super) fn is_empty_list(&self, key: &str) -> bool {
        self.entries.get(key).and_then(|value| value.get_ref().as_array()).is_some_and(|items| items.is_empty())
    }

    /// A string that parses as `T`.
    pub(super) fn text<T>(&self, key: &'static str) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        self.value(key).and_then(|value| self.parse(key, value))
    }

    /// A required string that parses as `T`; `remedy` says what to write if it is missing.
    pub(super) fn required<T>(&self, key: &'static str, remedy: &str) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        if !self.has(key) {
            self.mistake(key, "is missing", remedy);
        }
        self.text(key)
    }

    /// A list of strings that parse as `T`.
    pub(super) fn texts<T>(&self, key: &'static str) -> Vec<Placed<T>>
    where
        T: FromStr<Err: Display>,
    {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "a list of strings");
            return Vec::new();
        };
        items.iter().filter_map(|item| Some(Placed { value: self.parse(key, item)?, span: item.span() })).collect()
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        let boolean = value.get_ref().as_bool();
        if boolean.is_none() {
            self.wrong_type(key, value, "true or false");
        }
        boolean
    }

    /// A whole number within a range.
    pub(super) fn integer(&self, key: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let value = self.value(key)?;
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        let Some(integer) = value.get_ref().as_integer() else {
            self.wrong_type(key, value, &expected);
            return None;
        };
        let number =
            u64::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|number| range.contains(number));
        if number.is_none() {
            self.mistake(key, format_args!("{integer} is out of range"), format_args!("write {expected}"));
        }
        number
    }

    /// A nested table.
    pub(super) fn table(&self, key: &'static str) -> Option<Table<'a>> {
        self.known.borrow_mut().push(key);
        let entry = self.entries.get_key_value(key)?;
        self.below(entry)
    }

    /// A nested table in place of which people write a number; `remedy` says what to write instead.
    pub(super) fn table_not_number(&self, key: &'static str, remedy: impl Fn(&str) -> String) -> Option<Table<'a>> {
        if let Some(value) = self.entries.get(key)
            && let Some(number) = value.get_ref().as_integer()
        {
            self.known.borrow_mut().push(key);
            self.mistake_at(value.span(), key, "is a number, not a table", remedy(number.as_str()));
            return None;
        }
        self.table(key)
    }

    /// The nested tables of a table whose keys are names, in the order of the names.
    pub(super) fn named<N>(&self, key: &'static str) -> Vec<(N, Table<'a>)>
    where
        N: FromStr<Err: Display>,
    {
        let Some(names) = self.table(key) else { return Vec::new() };
        let entries = names.entries.iter();
        entries
            .filter_map(|entry| {
                let table = names.below(entry);
                match entry.0.get_ref().parse() {
                    Ok(name) => Some((name, table?)),
                    Err(error) => {
                        names.report.add(entry.0.span(), &names.path_of(entry.0.get_ref()), error, "");
                        None
                    }
                }
            })
            .collect()
    }

    /// A table with arbitrary keys as JSON; the position of each key is added to `places`.
    pub(super) fn json(
        &self,
        key: &'static str,
        places: &mut BTreeMap<String, Position>,
    ) -> serde_json::Map<String, Value> {
        let Some(table) = self.table(key) else { return serde_json::Map::new() };
        let mut object = serde_json::Map::new();
        for (name, value) in table.entries {
            let path = table.path_of(name.get_ref());
            places.insert(path.clone(), self.report.position(value.span().start));
            if let Some(value) = to_json(value, &path, self.report) {
                object.insert(name.get_ref().to_string(), value);
            }
        }
        object
    }

    /// Adds the positions of this table and its values to `places`.
    pub(super) fn note_places(&self, places: &mut BTreeMap<String, Position>) {
        places.insert(self.path.clone(), self.report.position(self.span.start));
        for (key, value) in self.entries {
            let span = if value.get_ref().is_table() { key.span() } else { value.span() };
            places.insert(self.path_of(key.get_ref()), self.report.position(span.start));
        }
    }

    /// Reports the keys that were never read, each with the most similar known key.
    pub(super) fn finish(self) {
        let known = self.known.borrow();
        for (key, _) in self.entries {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let expected = suggestion(name, &known);
                self.report.add(key.span(), &self.path_of(name), "is not a known key", expected);
            }
        }
    }

    fn below(&self, (key, value): Entry<'a>) -> Option<Table<'a>> {
        let path = self.path_of(key.get_ref());
        let Some(entries) = value.get_ref().as_table() else {
            let found = value.get_ref().type_str();
            self.report.add(value.span(), &path, format_args!("is {found}"), format_args!("write a table: [{path}]"));
            return None;
        };
        Some(Table { path, span: key.span(), entries, known: RefCell::default(), report: self.report })
    }

    fn value(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.borrow_mut().push(key);
        self.entries.get(key)
    }

    fn parse<T>(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(key, value, "a string");
            return None;
        };
        text.parse().map_err(|error| self.mistake_at(value.span(), key, error, "")).ok()
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        let found = value.get_ref().type_str();
        self.mistake_at(
            value.span(),
            key,
            format_args!("is a value of type {found}"),
            format_args!("write {expected}"),
        );
    }
}

/// Suggests which of `known` was meant by `name`.
pub(super) fn suggestion(name: &str, known: &[&str]) -> String {
    let all = known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ");
    let nearest = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, known)| *distance <= known.len().max(name.len()) / 2)
        .min();
    match (nearest, known.is_empty()) {
        (_, true) => "there are none to choose from".to_owned(),
        (Some((_, nearest)), _) => format!("did you mean `{nearest}`? Possible here: {all}"),
        (None, _) => format!("possible here: {all}"),
    }
}

/// A dotted path; a key that is not a bare TOML key is quoted.
pub(super) fn join(path: &str, key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let key = if bare { key.to_owned() } else { format!("{key:?}") };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

fn to_json(value: &Spanned<DeValue<'_>>, path: &str, report: &Report<'_>) -> Option<Value> {
    match value.get_ref() {
        DeValue::String(text) => Some(Value::String(text.to_string())),
        DeValue::Boolean(boolean) => Some(Value::Bool(*boolean)),
        DeValue::Integer(integer) => {
            let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
            if number.is_none() {
                report.add(
                    value.span(),
                    path,
                    format_args!("{integer} does not fit into 64 bits"),
                    "write a smaller number",
                );
            }
            number.map(Value::from)
        }
        DeValue::Float(float) => {
            let number = float.as_str().parse().ok().and_then(serde_json::Number::from_f64);
            if number.is_none() {
                report.add(
                    value.span(),
                    path,
                    format_args!("{float} cannot be represented in JSON"),
                    "write a finite number",
                );
            }
            number.map(Value::Number)
        }
        DeValue::Datetime(_) => {
            report.add(value.span(), path, "is a date", "write it as a string, in quotes");
            None
        }
        DeValue::Array(items) => {
            Some(Value::Array(items.iter().filter_map(|item| to_json(item, path, report)).collect()))
        }
        DeValue::Table(entries) => {
            let members = entries.iter().filter_map(|(key, value)| {
                Some((key.get_ref().to_string(), to_json(value, &join(path, key.get_ref()), report)?))
            });
            Some(Value::Object(members.collect()))
        }
    }
}
