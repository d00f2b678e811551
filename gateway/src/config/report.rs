//! Collects the mistakes in one file.

use super::duplicate;
use super::mistake::{Lines, Mistake, Position};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::Range;
use std::path::Path;

/// Collects the mistakes in one file.
#[derive(Debug)]
pub(super) struct Report<'a> {
    file: &'a Path,
    text: &'a str,
    lines: Lines<'a>,
    mistakes: RefCell<Vec<Mistake>>,
    warnings: RefCell<Vec<Mistake>>,
}

impl<'a> Report<'a> {
    pub(super) fn new(file: &'a Path, text: &'a str) -> Self {
        Self { file, text, lines: Lines::new(text), mistakes: RefCell::default(), warnings: RefCell::default() }
    }

    /// Adds a mistake at a byte range of the text.
    pub(super) fn add(&self, span: Range<usize>, key: &str, message: impl Display, expected: impl Display) {
        self.mistakes.borrow_mut().push(self.found(&span, key, &message, &expected));
    }

    /// Adds a warning at a byte range of the text: the file is accepted, but the operator should know.
    pub(super) fn warn(&self, span: &Range<usize>, key: &str, message: impl Display, expected: impl Display) {
        self.warnings.borrow_mut().push(self.found(span, key, &message, &expected));
    }

    fn found(&self, span: &Range<usize>, key: &str, message: &dyn Display, expected: &dyn Display) -> Mistake {
        Mistake {
            file: self.file.to_owned(),
            position: Some(self.lines.position(span.start)),
            key: key.to_owned(),
            message: message.to_string(),
            expected: expected.to_string(),
        }
    }

    /// Adds syntax errors, one per line: further errors on a line only follow from the first.
    pub(super) fn add_syntax_errors(&self, errors: &[toml::de::Error]) {
        let (mut lines, mut twice) = (BTreeSet::new(), Vec::new());
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            if !lines.insert(self.lines.position(span.start).line) {
                continue;
            }
            let is_duplicate = error.message().starts_with("duplicate key");
            let first = is_duplicate.then(|| duplicate::first(self.text, &self.lines, &span)).flatten();
            match first {
                // What is in a table that is defined twice follows from that.
                Some((key, _)) if twice.iter().any(|table| key.starts_with(&format!("{table}."))) => {}
                Some((key, Position { line, .. })) => {
                    let message = format_args!("is defined twice, first on line {line}");
                    self.add(span, &key, message, "merge the two, or rename one");
                    twice.push(key);
                }
                None => self.add(span, "", format_args!("invalid TOML: {}", error.message()), ""),
            }
        }
    }

    pub(super) fn position(&self, offset: usize) -> Position {
        self.lines.position(offset)
    }

    pub(super) fn warnings(&self) -> Vec<Mistake> {
        self.warnings.borrow().clone()
    }

    pub(super) fn into_mistakes(self) -> Vec<Mistake> {
        self.mistakes.into_inner()
    }
}
