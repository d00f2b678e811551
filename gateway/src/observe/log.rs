//! Log lines on standard error: text for people, JSON for programs.
//!
//! Threat: a value with a line break or a terminal escape sequence, such as the message of a connector's panic, could forge log
//! lines or manipulate the terminal. JSON escapes control characters; in text they become spaces. A value of many megabytes, such as
//! an error that quotes a document, could fill the disk: each is cut where lines are written, whoever logs it.

use super::json_line::{JSON_FIELD, JsonLine};
use crate::config::{Format, Level, Log};
use scim_protocol::Excerpt;
use std::fmt::{self, Write as _};
use std::io::IsTerminal as _;
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::{JsonFields, debug_fn};

/// The process already has a log.
#[derive(Debug, thiserror::Error)]
#[error("the log is already set up: {0}")]
pub struct LogError(#[from] tracing::subscriber::SetGlobalDefaultError);

/// Sends the log of this process, including panics, to standard error, so that every line has the same format.
///
/// # Errors
/// The log is already set up.
pub fn install(log: Log) -> Result<(), LogError> {
    let terminal = std::io::stderr().is_terminal();
    let format = log.format.unwrap_or(if terminal { Format::Text } else { Format::Json });
    let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    tracing::subscriber::set_global_default(subscriber(format, log.level, colour, std::io::stderr))?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let text = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(target: "scim_gateway::panic", place, "panic: {text}");
    }));
    Ok(())
}

/// A subscriber that writes to `writer`. Libraries log at `warn` and above, the gateway at `level`.
pub fn subscriber<W>(format: Format, level: Level, colour: bool, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let libraries = if level == Level::Error { Level::Error } else { Level::Warn };
    let filter = EnvFilter::new(format!("{libraries},scim_gateway={level}"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(colour);
    // Where a line cannot be written (a full disk), it could not be said either, and trying to would panic.
    let builder = builder.log_internal_errors(false);
    match format {
        Format::Json => Box::new(builder.fmt_fields(JsonFields::new()).event_format(JsonLine).finish()),
        Format::Text => {
            let fields = debug_fn(|writer, field, value| match field.name() {
                "message" => write!(writer, "{}", Excerpt::of(OneLine(value))),
                name if name.ends_with(JSON_FIELD) => Ok(()),
                name => write!(writer, "{name}={}", Excerpt::of(OneLine(value))),
            });
            Box::new(builder.with_target(false).fmt_fields(fields.delimited(" ")).finish())
        }
    }
}

/// A value on one line, without control characters.
struct OneLine<'a>(&'a dyn fmt::Debug);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Flat(f), "{:?}", self.0)
    }
}

/// Replaces control characters by spaces.
struct Flat<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl fmt::Write for Flat<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| self.0.write_char(if c.is_control() { ' ' } else { c }))
    }
}
