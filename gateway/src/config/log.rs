//! `[log]`: how much the gateway logs, and in which format.

use super::table::Table;
use super::word::words;

words! {
    /// The format of log lines.
    Format {
        /// For people.
        Text = "text",
        /// One JSON object per line, for programs.
        Json = "json",
    }
}

words! {
    /// The least severe level that is logged.
    Level {
        /// Somebody must act.
        Error = "error",
        /// Something went wrong and was handled.
        Warn = "warn",
        /// One line per operation.
        Info = "info",
        /// For troubleshooting.
        Debug = "debug",
        /// Everything.
        Trace = "trace",
    }
}

/// The `[log]` table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// The format; `None` means text on a terminal and JSON elsewhere.
    pub format: Option<Format>,
    /// The level, `info` by default.
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
