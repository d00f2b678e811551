//! One operation's share of the host.

use super::super::bindings::scim_gateway::connector::{settings, types};
use super::super::call_error::CallError;
use super::super::context::CallContext;
use super::super::cpu::CpuBudget;
use super::super::memory::MemoryCeiling;
use super::super::sends::FutileSends;
use super::super::trace::Trace;
use super::super::wasi::ClosedWasi;
use scim_egress::{AppCall, Budget};

/// One operation's share of the host.
pub(crate) struct HostState {
    pub(crate) memory: MemoryCeiling,
    pub(crate) cpu: CpuBudget,
    /// The contract's function, for the log.
    pub(crate) operation: &'static str,
    /// Set while a value transform runs, which may not call the app.
    pub(crate) pure: bool,
    /// Why the last call to the app was not sent, if the app was unavailable.
    pub(crate) unavailable: Option<CallError>,
    /// The message of the panic hook.
    pub(crate) panic: Option<String>,
    pub(crate) sends: Vec<AppCall>,
    /// Created when the connector first uses it.
    pub(crate) wasi: ClosedWasi,
    pub(super) context: CallContext,
    pub(super) connector: String,
    pub(super) budget: Budget,
    pub(super) futile_sends: FutileSends,
    pub(super) log_lines: u32,
    pub(super) state_calls: u32,
}

impl HostState {
    pub(crate) fn new(
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
            futile_sends: FutileSends::default(),
            log_lines: 0,
            state_calls: 0,
        }
    }

    /// Where the steps of the operation are recorded, if someone follows them.
    pub(crate) fn trace(&self) -> Option<&Trace> {
        self.context.trace.as_ref()
    }

    /// Logs that the connector was stopped.
    pub(crate) fn stopped(&self, error: CallError) -> CallError {
        let Self { connector, operation, context: CallContext { instance, correlation_id, .. }, .. } = self;
        let class = error.class();
        tracing::warn!(target: "scim_gateway::connector", %connector, %instance, operation, %correlation_id, class, %error, "connector stopped");
        error
    }
}

impl settings::Host for HostState {
    async fn get(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        Ok(self.context.setting(&name).map(ToString::to_string))
    }
}

impl types::Host for HostState {}
