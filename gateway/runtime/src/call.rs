//! One operation in a connector: a fresh instance with its limits.
//!
//! An instance that has trapped or was stopped returns nothing more; of its [`Call`], only [`Call::sends`] remains useful.

use super::bindings::Connector as Exports;
use super::bindings::scim_gateway::connector::types as wit;
use super::call_error::{CallError, QuotedLimits};
use super::context::CallContext;
use super::convert;
use super::cpu::CpuBudget;
use super::host::HostState;
use super::memory::MemoryCeiling;
use super::program::Program;
use super::share::Taken;
use super::ticks::Ticking;
use super::trace::Step;
use super::transform_exports::TransformExports;
use scim_egress::{AppCall, Budget};
use scim_mapping::Work;
use std::fmt;
use std::time::Duration;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};
use wasmtime::Store;
use wasmtime::component::Instance;

/// Resources, in the sense of the component model, that a connector may hold. The contract has none.
const MAX_HANDLES: usize = 100;

/// A fresh instance of a connector, for one operation.
pub struct Call {
    pub(crate) store: Store<HostState>,
    pub(crate) exports: Exports,
    pub(crate) instance: Instance,
    pub(crate) transforms: Option<TransformExports>,
    pub(crate) deadline: Instant,
    wall: Duration,
    quoted: QuotedLimits,
    /// Released at the end of the operation, after the store: fields are dropped in order.
    _place: Taken,
    _ticking: Ticking,
}

impl Call {
    pub(crate) async fn open(program: &Program, context: &CallContext) -> Result<Self, CallError> {
        let limits = &context.limits;
        let deadline = Instant::now() + limits.wall;
        let place = context.share.places.take(deadline).await?;
        let ticking = program.ticks.begin();
        let memory = limits.memory.min(program.memory);
        let state = HostState::new(
            context.clone(),
            program.name.clone(),
            MemoryCeiling::new(memory, &context.share.memory),
            CpuBudget::new(limits.cpu, program.tick, context.share.cpu.clone()),
            Budget::new(limits.sends, deadline - grace(limits.wall)),
        );
        let mut store = Store::new(program.pre.engine(), state);
        store.limiter(|state| &mut state.memory);
        store.set_hostcall_fuel(limits.hostcall_bytes);
        store.set_max_component_handles(MAX_HANDLES);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut store| Ok(store.data_mut().cpu.on_tick()));

        let slots = context.share.places.total();
        let quoted = QuotedLimits { cpu: limits.cpu, hostcall_bytes: limits.hostcall_bytes, slots };
        let started = timeout_at(deadline, async {
            store.data_mut().cpu.resume().await;
            program.pre.instantiate_async(&mut store).await
        });
        let started = started.await;
        store.data_mut().cpu.pause();
        let instance = match started {
            Ok(Ok(instance)) => instance,
            Ok(Err(error)) => return Err(store.data_mut().stopped(CallError::classify(&error, &quoted, None))),
            Err(_) => return Err(store.data_mut().stopped(CallError::TimedOut { limit: limits.wall })),
        };
        let exports = program
            .exports
            .load(&mut store, &instance)
            .map_err(|error| CallError::Host { problem: format!("{error:#}") })?;
        Ok(Self {
            store,
            exports,
            instance,
            transforms: program.transforms.clone(),
            deadline,
            wall: limits.wall,
            quoted,
            _place: place,
            _ticking: ticking,
        })
    }

    /// The calls to the app so far, in order. Also useful after an error.
    #[must_use]
    pub fn sends(&self) -> &[AppCall] {
        &self.store.data().sends
    }

    /// Counts the processor time of the operation. What others do for it and add here is taken from the connector's time.
    #[must_use]
    pub fn work(&self) -> Work {
        self.store.data().cpu.work().clone()
    }

    /// Adds a step to the trace of the operation, if someone follows it.
    pub fn record(&self, step: impl FnOnce() -> Step) {
        if let Some(trace) = self.store.data().trace() {
            trace.record(step());
        }
    }

    /// Waits for the instance's turn to compute.
    pub(crate) async fn begin(&mut self, function: &'static str) -> Result<(), CallError> {
        let state = self.store.data_mut();
        (state.operation, state.unavailable) = (function, None);
        match timeout_at(self.deadline, state.cpu.resume()).await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.store.data_mut().stopped(CallError::TimedOut { limit: self.wall })),
        }
    }

    /// The outcome of one call. The instance's turn ends only here, because parsing a large answer is part of its cost.
    pub(crate) fn settle<R, F: Into<wit::Fault>, T>(
        &mut self,
        function: &'static str,
        answer: Result<wasmtime::Result<Result<R, F>>, Elapsed>,
        read: fn(&'static str, R) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let state = self.store.data_mut();
        state.log_printed();
        let outcome = match answer {
            Ok(Ok(Ok(result))) => read(function, result),
            Ok(Ok(Err(fault))) => {
                let fault = fault.into();
                // The connector's report about an app that was not called says less than is known here.
                let unavailable = state.unavailable.take().filter(|_| fault.status == 429 || fault.status >= 500);
                Err(unavailable.unwrap_or_else(|| convert::fault(function, fault)))
            }
            Ok(Err(error)) => {
                let panic = state.panic.take();
                Err(state.stopped(CallError::classify(&error, &self.quoted, panic)))
            }
            Err(_) => Err(state.stopped(CallError::TimedOut { limit: self.wall })),
        };
        state.cpu.pause();
        outcome
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("sends", &self.sends()).finish_non_exhaustive()
    }
}

/// The app's deadline is a little earlier than the operation's, so that a connector can still report the outcome of its call.
fn grace(wall: Duration) -> Duration {
    (wall / 20).min(Duration::from_secs(1))
}
