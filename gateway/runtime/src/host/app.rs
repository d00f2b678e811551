//! Calls to the app.

use super::super::bindings::scim_gateway::connector::app;
use super::super::call_error::CallError;
use super::super::trace::Step;
use super::host_state::HostState;
use scim_egress::{AppCall, AppRequest, AppResponse, SendError, SendErrorCode};
use std::time::Instant;
use tracing::Level;

/// Characters of a method or a path that are kept for the operator.
const KEPT_CHARS: usize = 512;

impl HostState {
    /// Sends the request and records it, with its duration, for the operator. The number of calls is limited by the budget; without
    /// an app, or beyond the budget, by the host's patience.
    async fn forward(&mut self, request: AppRequest) -> wasmtime::Result<Result<AppResponse, SendError>> {
        let refused = |detail: &str| Err(SendError::unsent(SendErrorCode::Refused, detail));
        let (method, path, started) = (shortened(&request.method), shortened(&request.path), Instant::now());
        let outcome = match &self.context.egress {
            _ if self.pure => refused("a value transform cannot call the app"),
            None => refused("there is no app here: the connector is only being inspected"),
            Some(egress) => {
                let step = self.context.trace.as_ref().map(|_| Step::call(&request));
                self.cpu.pause();
                let outcome = egress.send(request, self.context.purpose, &mut self.budget).await;
                self.cpu.resume().await;
                if let (Some(trace), Some(step)) = (&self.context.trace, step) {
                    trace.record(step.answered(&outcome, started.elapsed()));
                }
                match outcome.as_ref().err().map(|error| error.code) {
                    // Nothing happened that concerns the app or its log.
                    Some(SendErrorCode::Rehearsal) => return Ok(outcome),
                    Some(SendErrorCode::Budget) => self.unavailable = None,
                    _ => {
                        self.unavailable = outcome.as_ref().err().and_then(CallError::unavailable);
                        let status = outcome.as_ref().map(|answer| answer.status).map_err(|error| error.code);
                        self.sends.push(AppCall { method, path, outcome: status, duration: started.elapsed() });
                        return Ok(outcome);
                    }
                }
                outcome
            }
        };
        self.futile_sends.count(self.context.limits.sends)?;
        Ok(outcome)
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

/// A request's method or path as it is kept; a connector may make it as long as it likes.
fn shortened(text: &str) -> String {
    text.chars().take(KEPT_CHARS).collect()
}
