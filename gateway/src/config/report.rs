//! Collects the mistakes in one file.

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
    lines: Lines<'a>,
    mistakes: RefCell<Vec<Mistake>>,
}

impl<'a> Report<'a> {
    pub(super) fn new(file: &'a Path, text: &'a str) -> Self {
        Self { file, lines: Lines::new(text), mistakes: RefCell::new(Vec::new()) }
    }

    /// Adds a mistake at a byte range of the text.
    pub(super) fn add(&self, span: Range<usize>, key: &str, message: impl Display, expected: impl Display) {
        self.mistakes.borrow_mut().push(Mistake {
            file: self.file.to_owned(),
            position: Some(self.lines.position(span.start)),
            key: key.to_owned(),
            message: message.to_string(),
            expected: expected.to_string(),
        });
    }

    /// Adds syntax errors, one per line: further errors on a line only follow from the first.
    pub(super) fn add_syntax_errors(&self, errors: &[toml::de::Error]) {
        let mut lines = BTreeSet::new();
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            if lines.insert(self.lines.position(span.start).line) {
                self.add(span, "", format_args!("invalid TOML: {}", error.message()), "");
            }
        }
    }

    pub(super) fn position(&self, offset: usize) -> Position {
        self.lines.position(offset)
    }

    pub(super) fn into_mistakes(self) -> Vec<Mistake> {
        self.mistakes.into_inner()
    }
}
