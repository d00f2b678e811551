//! What a connector may ask of the host: the contract's imports, nothing else.
//!
//! Threats: a flood of log lines, forged lines (line breaks), calls to the app without end or from a value transform,
//! state that grows without bound. Each is bounded here, per operation.

use std::time::Instant;

use tracing::Level;

use super::bindings::scim_gateway::connector::{app, log, settings, state, types};
use super::context::CallContext;
use super::cpu::CpuBudget;
use super::error::CallError;
use super::memory::MemoryCeiling;
use super::state::{MAX_KEY, MAX_VALUE, StateError};
use super::wasi::ClosedWasi;
use crate::egress::{AppCall, AppRequest, AppResponse, Budget, SendError, SendErrorCode};
use crate::trace;

/// Lines that one operation may log.
const LOG_LINES: u32 = 100;
/// Characters of one line.
const LOG_LINE: usize = 2000;
/// Calls to the state that one operation may make.
const STATE_CALLS: u32 = 2000;
/// Calls to the app beyond the budget, or where there is no app, that are answered before the connector is stopped.
const PATIENCE: u32 = 10;

/// One operation's share of the host.
pub(super) struct HostState {
    pub(super) memory: MemoryCeiling,
    pub(super) cpu: CpuBudget,
    /// What the contract's function is called, for the log.
    pub(super) operation: &'static str,
    /// Set while a value transform runs: it may not call the app.
    pub(super) pure: bool,
    /// Why the app was not asked, if the last call to it failed for that.
    pub(super) unavailable: Option<CallError>,
    /// What the panic hook said.
    pub(super) panic: Option<String>,
    pub(super) sends: Vec<AppCall>,
    /// Made when the connector first asks for it.
    pub(super) wasi: ClosedWasi,
    context: CallContext,
    connector: String,
    budget: Budget,
    futile_sends: u32,
    log_lines: u32,
    state_calls: u32,
}

/// A connector went on calling the app after it had been told that it cannot.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("calls to the app went on after it was out of reach")]
pub(super) struct SendsWithoutEnd {
    pub(super) budget: u32,
}

impl HostState {
    pub(super) fn new(
        context: CallContext,
        connector: String,
        memory: MemoryCeiling,
        cpu: CpuBudget,
        budget: Budget,
    ) -> Self {
        Self {
            memory,
            cpu,
            operation: "instantiate",
            pure: false,
            unavailable: None,
            panic: None,
            sends: Vec::new(),
            wasi: ClosedWasi::default(),
            context,
            connector,
            budget,
            futile_sends: 0,
            log_lines: 0,
            state_calls: 0,
        }
    }

    /// Puts what the connector printed into the operator's log.
    pub(super) fn log_printed(&mut self) {
        for line in self.wasi.printed() {
            self.line(Level::INFO, &line);
        }
    }

    /// Names a connector that was stopped in the operator's log.
    pub(super) fn stopped(&self, error: CallError) -> CallError {
        let Self { connector, operation, context: CallContext { instance, correlation_id, .. }, .. } = self;
        let class = error.class();
        tracing::warn!(%connector, %instance, operation, %correlation_id, class, %error, "connector stopped");
        error
    }

    /// Sends the request and notes it, with how long it took, for the operator. The calls are bounded by the budget; where there
    /// is no app, or none any more, by patience.
    async fn forward(&mut self, request: AppRequest) -> wasmtime::Result<Result<AppResponse, SendError>> {
        let refused = |detail: &str| Err(SendError::unsent(SendErrorCode::Refused, detail));
        let (method, path, started) = (shortened(&request.method), shortened(&request.path), Instant::now());
        let outcome = match &self.context.egress {
            _ if self.pure => refused("a value transform cannot call the app"),
            None => refused("there is no app here: the connector is only being looked at"),
            Some(egress) => {
                if let Some(held_back) = trace::hold_back(&request) {
                    return Ok(Err(held_back));
                }
                let call = trace::begin_call(&request);
                self.cpu.pause();
                let outcome = egress.send(request, &mut self.budget).await;
                self.cpu.resume().await;
                trace::end_call(call, &outcome, started.elapsed());
                self.unavailable = outcome.as_ref().err().and_then(CallError::unavailable);
                if !matches!(&outcome, Err(error) if error.code == SendErrorCode::Budget) {
                    let status = outcome.as_ref().map(|answer| answer.status).map_err(|error| error.code);
                    self.sends.push(AppCall { method, path, outcome: status, duration: started.elapsed() });
                    return Ok(outcome);
                }
                outcome
            }
        };
        self.futile_sends += 1;
        if self.futile_sends > PATIENCE {
            return Err(SendsWithoutEnd { budget: self.context.limits.sends }.into());
        }
        Ok(outcome)
    }

    /// One line of the operator's log. Line breaks and other controls become spaces, so that a line stays a line.
    fn line(&mut self, level: Level, message: &str) {
        self.log_lines = self.log_lines.saturating_add(1);
        let text: String = match self.log_lines {
            ..LOG_LINES => message.chars().take(LOG_LINE).map(|c| if c.is_control() { ' ' } else { c }).collect(),
            LOG_LINES => "the connector logs too much: the rest of this operation's lines are left out".to_owned(),
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

    /// Whether the operation may still use the state.
    fn state_allowed(&mut self) -> bool {
        self.state_calls = self.state_calls.saturating_add(1);
        if self.state_calls == STATE_CALLS {
            self.line(Level::WARN, "the connector uses its state too often: further uses have no effect");
        }
        self.state_calls < STATE_CALLS
    }

    fn state_failed(&mut self, error: &StateError) {
        self.line(Level::WARN, &format!("{error}: {}", error.0));
    }
}

impl app::Host for HostState {
    async fn send(&mut self, request: app::Request) -> wasmtime::Result<Result<app::Response, app::SendError>> {
        let app::Request { method, path, query, headers, body } = request;
        let outcome = self.forward(AppRequest { method, path, query, headers, body }).await?;
        Ok(outcome
            .map(|answer| app::Response { status: answer.status, headers: answer.headers, body: answer.body })
            .map_err(|error| {
                self.line(Level::WARN, &format!("call to the app failed: {error}"));
                app::SendError { code: error.code.as_str().to_owned(), detail: error.detail, sent: error.sent }
            }))
    }
}

impl settings::Host for HostState {
    async fn get(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        Ok(self.context.setting(&name).map(ToString::to_string))
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

impl state::Host for HostState {
    async fn get(&mut self, key: String) -> wasmtime::Result<Option<String>> {
        if !self.state_allowed() || !is_key(&key) {
            return Ok(None);
        }
        self.cpu.pause();
        let found = self.context.state.get(&key).await;
        self.cpu.resume().await;
        Ok(found.unwrap_or_else(|error| {
            self.state_failed(&error);
            None
        }))
    }

    async fn set(&mut self, key: String, value: String) -> wasmtime::Result<()> {
        if !is_key(&key) || value.len() > MAX_VALUE || value.contains('\0') {
            let (key, value) = (key.len(), value.len());
            self.line(
                Level::WARN,
                &format!(
                    "state not kept: key of {key} bytes (at most {MAX_KEY}), value of {value} (at most {MAX_VALUE}), both without NUL"
                ),
            );
        } else if self.state_allowed() {
            self.cpu.pause();
            let kept = self.context.state.set(&key, &value).await;
            self.cpu.resume().await;
            kept.unwrap_or_else(|error| self.state_failed(&error));
        }
        Ok(())
    }

    async fn delete(&mut self, key: String) -> wasmtime::Result<()> {
        if self.state_allowed() && is_key(&key) {
            self.cpu.pause();
            let deleted = self.context.state.delete(&key).await;
            self.cpu.resume().await;
            deleted.unwrap_or_else(|error| self.state_failed(&error));
        }
        Ok(())
    }
}

impl types::Host for HostState {}

/// Whether anything can be kept under it. PostgreSQL stores no NUL.
fn is_key(key: &str) -> bool {
    key.len() <= MAX_KEY && !key.contains('\0')
}

/// What is remembered of a request that a connector may have made as long as it likes.
fn shortened(text: &str) -> String {
    text.chars().take(512).collect()
}
