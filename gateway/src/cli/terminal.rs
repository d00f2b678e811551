//! Output for people, in colour only on a terminal and if `NO_COLOR` is unset (<https://no-color.org>).

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

/// The output of a command.
pub(super) struct Terminal<'a> {
    writer: Box<dyn Write + 'a>,
    colour: bool,
}

impl<'a> Terminal<'a> {
    pub(super) fn stdout() -> Self {
        let stdout = io::stdout();
        Self { colour: wants_colour(&stdout), writer: Box::new(stdout.lock()) }
    }

    pub(super) fn stderr() -> Self {
        let stderr = io::stderr();
        Self { colour: wants_colour(&stderr), writer: Box::new(stderr.lock()) }
    }

    /// Plain text, written to `writer`.
    #[cfg(test)]
    pub(super) fn plain(writer: &'a mut Vec<u8>) -> Self {
        Self { writer: Box::new(writer), colour: false }
    }

    /// Writes a line and flushes it, so that the reader of a pipe sees it immediately.
    pub(super) fn line(&mut self, text: impl Display) -> io::Result<()> {
        writeln!(self.writer, "{text}")?;
        self.writer.flush()
    }

    pub(super) fn red(&self, text: &str) -> String {
        self.paint("31;1", text)
    }

    pub(super) fn green(&self, text: &str) -> String {
        self.paint("32;1", text)
    }

    pub(super) fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

fn wants_colour(stream: &impl IsTerminal) -> bool {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    stream.is_terminal() && set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb")
}

/// Text in which control characters are escaped, as are those that change the order in which text is displayed.
pub(super) fn escaped(text: &str) -> String {
    let unsafe_character = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if unsafe_character(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}
