//! What is wrong in a configuration file, where it is, and what to write instead.
//!
//! The whole file is checked and every mistake is collected, so that an operator can correct all of them at once.

use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a text file; both count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl Position {
    /// The first character of a file.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// A text with an index of its lines, so that finding many positions is cheap.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The position of a byte offset; an offset past the end gives the end.
    pub(super) fn position(&self, offset: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or(0);
        let rest = self.text.get(start..).unwrap_or_default();
        let column = 1 + rest.char_indices().take_while(|(at, _)| start + at < offset).count();
        Position { line, column }
    }
}

/// One mistake in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// The file to be corrected.
    pub file: PathBuf,
    /// Where it is in the file; absent if the file could not be read.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The dotted key, e.g. `instances.acme.region`; empty if the mistake concerns the whole file.
    pub key: String,
    /// What is wrong. Never contains a secret.
    pub message: String,
    /// What to write instead.
    pub expected: String,
}

impl fmt::Display for Mistake {
    /// `file:line:column: key: message; expected`, a format that editors can jump to.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(Position { line, column }) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.message)?;
        if !self.expected.is_empty() {
            write!(f, "; {}", self.expected)?;
        }
        Ok(())
    }
}

/// All mistakes in one configuration, in the order of the file; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(transparent)]
pub struct ConfigErrors {
    mistakes: Vec<Mistake>,
    /// The files that the configuration names nevertheless.
    #[serde(skip)]
    files: Vec<PathBuf>,
}

impl From<Vec<Mistake>> for ConfigErrors {
    /// Sorts them by position.
    fn from(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by(|a, b| (&a.file, a.position).cmp(&(&b.file, b.position)));
        Self { mistakes, files: Vec::new() }
    }
}

impl ConfigErrors {
    /// `Ok` if there are no mistakes.
    ///
    /// # Errors
    /// The mistakes, sorted by position.
    pub fn check(mistakes: Vec<Mistake>) -> Result<(), Self> {
        if mistakes.is_empty() { Ok(()) } else { Err(mistakes.into()) }
    }

    /// The mistake of a file that cannot be read at all.
    pub(super) fn unreadable(file: &Path, error: &std::io::Error) -> Self {
        Self::from(vec![Mistake {
            file: file.to_owned(),
            position: None,
            key: String::new(),
            message: format!("cannot be read: {error}"),
            expected: "pass the path of an existing gateway.toml with --config".to_owned(),
        }])
    }

    /// The mistakes.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// Adds the files that the configuration names.
    pub(super) fn naming<'a>(self, files: impl Iterator<Item = &'a Path>) -> Self {
        Self { files: files.map(Path::to_owned).collect(), ..self }
    }

    /// Files that the configuration names, as far as it could be read: it may become valid when one of them changes.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.mistakes.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{mistake}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_lines_and_characters_from_one() {
        let text = "a\nöb = 1\n";
        for (offset, line, column) in [(0, 1, 1), (1, 1, 2), (2, 2, 1), (4, 2, 2), (99, 3, 1)] {
            assert_eq!(Lines::new(text).position(offset), Position { line, column }, "offset {offset}");
        }
    }

    #[test]
    fn a_mistake_reads_as_file_line_column_key_message_and_remedy() {
        let mistake = Mistake {
            file: "gateway.toml".into(),
            position: Some(Position { line: 3, column: 7 }),
            key: "server.listen".into(),
            message: "`x` is not an address".into(),
            expected: "write 127.0.0.1:8080".into(),
        };
        assert_eq!(mistake.to_string(), "gateway.toml:3:7: server.listen: `x` is not an address; write 127.0.0.1:8080");
    }
}
