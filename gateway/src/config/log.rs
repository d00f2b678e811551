//! `[log]`: what the gateway says, and in which form.

use super::table::Table;
use super::word::words;

words! {
    /// The form of log lines.
    Format {
        /// For people.
        Text = "text",
        /// One JSON object a line, for programs.
        Json = "json",
    }
}

words! {
    /// The least important level that is written.
    Level {
        /// What needs someone.
        Error = "error",
        /// What went wrong and was dealt with.
        Warn = "warn",
        /// One line an operation.
        Info = "info",
        /// For finding a fault.
        Debug = "debug",
        /// Everything.
        Trace = "trace",
    }
}

/// The `[log]` table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// The form; none means text on a terminal and JSON elsewhere.
    pub format: Option<Format>,
    /// The level, `info` unless said otherwise.
    pub level: Level,
}

impl Log {
    pub(super) fn read(table: Option<Table<'_>>) -> Self {
        let Some(table) = table else { return Self { format: None, level: Level::Info } };
        let log = Self { format: table.text("format"), level: table.text("level").unwrap_or(Level::Info) };
        table.finish();
        log
    }
}
