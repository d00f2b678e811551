//! Colour where a person looks, plain text everywhere else (`NO_COLOR`, pipes, files).

use std::fmt::Display;
use std::io::{IsTerminal, Write, stderr};

/// Paints text, or leaves it as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint(bool);

impl Paint {
    /// For output that goes to `stream`.
    pub(crate) fn on(stream: &impl IsTerminal) -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self(stream.is_terminal() && !unwanted)
    }

    #[cfg(test)]
    pub(crate) fn off() -> Self {
        Self(false)
    }

    pub(crate) fn bold(self, text: impl Display) -> String {
        self.with("1", text)
    }

    pub(crate) fn faint(self, text: impl Display) -> String {
        self.with("2", text)
    }

    pub(crate) fn red(self, text: impl Display) -> String {
        self.with("31", text)
    }

    pub(crate) fn green(self, text: impl Display) -> String {
        self.with("32", text)
    }

    pub(crate) fn yellow(self, text: impl Display) -> String {
        self.with("33", text)
    }

    pub(crate) fn cyan(self, text: impl Display) -> String {
        self.with("36", text)
    }

    pub(crate) fn is_on(self) -> bool {
        self.0
    }

    fn with(self, code: &str, text: impl Display) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
    }
}

/// Prints an error to standard error.
pub(crate) fn print_error(text: &str) {
    let paint = Paint::on(&stderr());
    // If standard error is closed, nobody can read the message.
    drop(writeln!(stderr().lock(), "{} {text}", paint.red("error:")));
}
