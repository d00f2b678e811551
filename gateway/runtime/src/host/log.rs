//! Log lines.

use super::super::bindings::scim_gateway::connector::log;
use super::super::context::CallContext;
use super::host_state::HostState;
use tracing::Level;

/// Lines that one operation may log.
const LOG_LINES: u32 = 100;
/// Characters of one line.
const LOG_LINE: usize = 2000;

impl HostState {
    /// Writes what the connector printed to the operator's log.
    pub(crate) fn log_printed(&mut self) {
        for line in self.wasi.printed() {
            self.line(Level::INFO, &line);
        }
    }

    /// Writes one line to the operator's log. Line breaks and other control characters become spaces, so that it stays one line.
    pub(super) fn line(&mut self, level: Level, message: &str) {
        self.log_lines = self.log_lines.saturating_add(1);
        let text: String = match self.log_lines {
            ..LOG_LINES => message.chars().take(LOG_LINE).map(|c| if c.is_control() { ' ' } else { c }).collect(),
            LOG_LINES => "the connector logs too much: further lines of this operation are dropped".to_owned(),
            _ => return,
        };
        let Self { connector, operation, context: CallContext { instance, correlation_id, .. }, .. } = self;
        macro_rules! emit {
            ($level:expr) => {
                tracing::event!(target: "scim_gateway::connector", $level, %connector, %instance, operation, %correlation_id, "{text}")
            };
        }
        match level {
            Level::ERROR => emit!(Level::ERROR),
            Level::WARN => emit!(Level::WARN),
            Level::INFO => emit!(Level::INFO),
            _ => emit!(Level::DEBUG),
        }
    }
}

impl log::Host for HostState {
    async fn emit(&mut self, level: String, message: String) -> wasmtime::Result<()> {
        let level = match level.as_str() {
            "error" => Level::ERROR,
            "warn" => Level::WARN,
            "info" => Level::INFO,
            _ => Level::DEBUG,
        };
        if level == Level::ERROR && message.contains("panicked at") {
            self.panic = Some(message.chars().take(LOG_LINE).collect());
        }
        self.line(level, &message);
        Ok(())
    }
}
