//! A mistake in a connector's file, in the form that editors make clickable: `file:line:column: message`.

use std::fmt;
use std::path::{Path, PathBuf};

/// A mistake in one of the connector's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The file; empty if the mistake is not in a file.
    pub file: PathBuf,
    /// Line and column, from 1; `None` if the mistake concerns the whole file.
    pub place: Option<(usize, usize)>,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some((line, column)) => write!(f, "{}:{line}:{column}: {}", self.file.display(), self.message),
            None => write!(f, "{}: {}", self.file.display(), self.message),
        }
    }
}

impl std::error::Error for Mistake {}

impl Mistake {
    pub(super) fn outside_a_build_script(variable: &str) -> Self {
        let message = format!("{variable} is not set: call this from a build script");
        Self { file: PathBuf::new(), place: None, message }
    }

    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        let message = format!("cannot use {}: {error}", path.display());
        Self { file: path.to_owned(), place: None, message }
    }
}

/// A file's text, in which to locate mistakes.
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Source {
    pub(super) fn read(path: PathBuf) -> Result<Self, Mistake> {
        match std::fs::read_to_string(&path) {
            // Some editors begin a file with a byte order mark.
            Ok(text) => Ok(Self { path, text: text.trim_start_matches('\u{feff}').to_owned() }),
            Err(error) => Err(Mistake::unreadable(&path, &error)),
        }
    }

    /// A mistake at a byte offset.
    pub(super) fn at(&self, offset: usize, message: impl Into<String>) -> Mistake {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Mistake { file: self.path.clone(), place: Some((line, column)), message: message.into() }
    }

    pub(super) fn toml(&self, error: &toml::de::Error) -> Mistake {
        self.at(error.span().map_or(0, |span| span.start), error.message())
    }

    pub(super) fn json(&self, error: &serde_json::Error) -> Mistake {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        Mistake { file: self.path.clone(), place: Some((error.line(), error.column().max(1))), message }
    }
}
