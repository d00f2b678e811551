//! One operation in a connector: a fresh instance, its limits, and the contract's functions.
//!
//! An instance that has trapped or was cut off answers nothing any more; a [`Call`] is then good for [`Call::sends`]
//! only and is dropped with its memory.

use std::fmt;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};
use wasmtime::Store;
use wasmtime::component::{ComponentNamedList, Instance, Lift, Lower};

use super::bindings::Connector as Exports;
use super::bindings::scim_gateway::connector::types as wit;
use super::connector::Program;
use super::context::CallContext;
use super::convert;
use super::cpu::CpuBudget;
use super::error::{CallError, Ceilings};
use super::host::HostState;
use super::memory::MemoryCeiling;
use super::ticks::Ticking;
use super::transforms::TransformExports;
use super::values::{AppChange, Document, Page, Query, Stored};
use crate::egress::{AppCall, Budget};

/// Resources, of the component model's kind, that a connector may hold. The contract has none.
const MAX_HANDLES: usize = 100;

/// A fresh instance of a connector, for one operation.
pub struct Call {
    store: Store<HostState>,
    exports: Exports,
    instance: Instance,
    transforms: Option<TransformExports>,
    deadline: Instant,
    wall: Duration,
    ceilings: Ceilings,
    /// Given back when the operation is over, after the store: fields are dropped in order.
    _places: [OwnedSemaphorePermit; 2],
    _ticking: Ticking,
}

impl Call {
    pub(super) async fn open(program: &Program, context: &CallContext) -> Result<Self, CallError> {
        let limits = &context.limits;
        let deadline = Instant::now() + limits.wall;
        let places = program.places.take(deadline).await?;
        let ticking = program.ticks.begin();
        let memory = limits.memory.min(program.memory);
        let state = HostState::new(
            context.clone(),
            program.name.clone(),
            MemoryCeiling::new(memory),
            CpuBudget::new(limits.cpu, program.tick, context.share.clone()),
            Budget::new(limits.sends, deadline - grace(limits.wall)),
        );
        let mut store = Store::new(program.pre.engine(), state);
        store.limiter(|state| &mut state.memory);
        store.set_hostcall_fuel(limits.hostcall_bytes);
        store.set_max_component_handles(MAX_HANDLES);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(CpuBudget::on_tick);

        let ceilings =
            Ceilings { cpu: limits.cpu, hostcall_bytes: limits.hostcall_bytes, places: program.places.count() };
        let started = timeout_at(deadline, async {
            store.data_mut().cpu.resume().await;
            program.pre.instantiate_async(&mut store).await
        });
        let started = started.await;
        store.data_mut().cpu.pause();
        let instance = match started {
            Ok(Ok(instance)) => instance,
            Ok(Err(error)) => return Err(store.data_mut().stopped(CallError::classify(&error, &ceilings, None))),
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
            ceilings,
            _places: places,
            _ticking: ticking,
        })
    }

    /// The calls to the app so far, in order. Good after an error, too.
    #[must_use]
    pub fn sends(&self) -> &[AppCall] {
        &self.store.data().sends
    }

    /// Proves that base URL and credential are good.
    ///
    /// # Errors
    /// [`CallError`], as for every function of a call.
    pub async fn check(&mut self) -> Result<(), CallError> {
        self.begin("check").await?;
        let guest = self.exports.scim_gateway_connector_resources();
        let answer = timeout_at(self.deadline, guest.call_check(&mut self.store)).await;
        self.settle("check", answer, |_, ()| Ok(()))
    }

    /// Creates a resource of a kind such as `User`.
    ///
    /// # Errors
    /// [`CallError`]; a duplicate is a fault 409 `uniqueness`.
    pub async fn create(&mut self, kind: &str, document: &Document) -> Result<Stored, CallError> {
        self.begin("create").await?;
        let text = convert::text(document);
        let guest = self.exports.scim_gateway_connector_resources();
        let answer = timeout_at(self.deadline, guest.call_create(&mut self.store, kind, &text)).await;
        self.settle("create", answer, convert::stored)
    }

    /// Reads a resource; fields in `omit` need not be there.
    ///
    /// # Errors
    /// [`CallError`]; an unknown id is a fault 404.
    pub async fn read(&mut self, kind: &str, id: &str, omit: &[String]) -> Result<Stored, CallError> {
        self.begin("read").await?;
        let guest = self.exports.scim_gateway_connector_resources();
        let answer = timeout_at(self.deadline, guest.call_read(&mut self.store, kind, id, omit)).await;
        self.settle("read", answer, convert::stored)
    }

    /// Applies a change.
    ///
    /// # Errors
    /// [`CallError`]; an unknown id is a fault 404.
    pub async fn update(&mut self, kind: &str, id: &str, change: &AppChange) -> Result<Stored, CallError> {
        self.begin("update").await?;
        let change = convert::change(change);
        let guest = self.exports.scim_gateway_connector_resources();
        let answer = timeout_at(self.deadline, guest.call_update(&mut self.store, kind, id, &change)).await;
        self.settle("update", answer, convert::stored)
    }

    /// Deletes a resource; one that is gone already is no error.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn delete(&mut self, kind: &str, id: &str) -> Result<(), CallError> {
        self.begin("delete").await?;
        let guest = self.exports.scim_gateway_connector_resources();
        let answer = timeout_at(self.deadline, guest.call_delete(&mut self.store, kind, id)).await;
        self.settle("delete", answer, |_, ()| Ok(()))
    }

    /// One page of the resources that match, or more than those.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn search(&mut self, kind: &str, query: &Query) -> Result<Page, CallError> {
        self.begin("search").await?;
        let query = convert::query(query);
        let guest = self.exports.scim_gateway_connector_resources();
        let answer = timeout_at(self.deadline, guest.call_search(&mut self.store, kind, &query)).await;
        self.settle("search", answer, convert::page)
    }

    /// A SCIM value as the app's; `None` leaves the field alone.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::NotExported`] if the connector has no transforms.
    pub async fn transform_to_app(&mut self, name: &str, value: &Value) -> Result<Option<Value>, CallError> {
        self.transform("to-app", |exports| &exports.to_app, name, value).await
    }

    /// An app value as SCIM's; `None` if the attribute has no value.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::NotExported`] if the connector has no transforms.
    pub async fn transform_to_scim(&mut self, name: &str, value: &Value) -> Result<Option<Value>, CallError> {
        self.transform("to-scim", |exports| &exports.to_scim, name, value).await
    }

    /// Judges the `default` of a mapping rule; `default` is the JSON text exactly as the mapping holds it. The inner
    /// error says what the right format is.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::NotExported`] if the connector has no transforms.
    pub async fn check_default(&mut self, name: &str, default: &str) -> Result<Result<(), String>, CallError> {
        self.pure("check-default", |exports| &exports.check_default, (name, default)).await
    }

    /// What the connector says of itself.
    pub(super) async fn describe(&mut self) -> Result<String, CallError> {
        self.begin("describe").await?;
        let guest = self.exports.scim_gateway_connector_descriptor();
        let answer = timeout_at(self.deadline, guest.call_describe(&mut self.store)).await;
        self.settle::<_, wit::Fault, _>("describe", answer.map(|done| done.map(Ok)), |_, text| Ok(text))
    }

    async fn transform(
        &mut self,
        function: &'static str,
        export: fn(&TransformExports) -> &wasmtime::component::ComponentExportIndex,
        name: &str,
        value: &Value,
    ) -> Result<Option<Value>, CallError> {
        let text = convert::text(value);
        let answer: Result<Option<String>, wit::Fault> = self.pure(function, export, (name, text.as_str())).await?;
        let text = answer.map_err(|fault| convert::fault(function, fault))?;
        text.map(|text| convert::value(function, &text)).transpose()
    }

    /// Calls a function of the optional interface, during which the app is out of reach.
    async fn pure<P, R>(
        &mut self,
        function: &'static str,
        export: fn(&TransformExports) -> &wasmtime::component::ComponentExportIndex,
        parameters: P,
    ) -> Result<R, CallError>
    where
        P: ComponentNamedList + Lower + Send + Sync,
        (R,): ComponentNamedList + Lift + Send + Sync + 'static,
        R: Send + Sync + 'static,
    {
        if self.transforms.is_none() {
            return Err(CallError::NotExported { function });
        }
        self.begin(function).await?;
        let index = self.transforms.as_ref().map(export).ok_or(CallError::NotExported { function })?;
        let typed = self
            .instance
            .get_typed_func::<P, (R,)>(&mut self.store, index)
            .map_err(|error| CallError::Host { problem: format!("{error:#}") })?;
        self.store.data_mut().pure = true;
        let answer = timeout_at(self.deadline, typed.call_async(&mut self.store, parameters)).await;
        self.store.data_mut().pure = false;
        self.settle::<_, wit::Fault, _>(function, answer.map(|done| done.map(|(result,)| Ok(result))), |_, result| {
            Ok(result)
        })
    }

    /// Waits for the instance's turn to compute.
    async fn begin(&mut self, function: &'static str) -> Result<(), CallError> {
        let state = self.store.data_mut();
        (state.operation, state.unavailable) = (function, None);
        match timeout_at(self.deadline, state.cpu.resume()).await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.store.data_mut().stopped(CallError::TimedOut { limit: self.wall })),
        }
    }

    /// What became of one call. The instance's turn ends with it: reading a large answer is part of what it costs.
    fn settle<R, F: Into<wit::Fault>, T>(
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
                // What the connector says of an app that was not asked is less than what is known here.
                let unavailable = state.unavailable.take().filter(|_| fault.status == 429 || fault.status >= 500);
                Err(unavailable.unwrap_or_else(|| convert::fault(function, fault)))
            }
            Ok(Err(error)) => {
                let panic = state.panic.take();
                Err(state.stopped(CallError::classify(&error, &self.ceilings, panic)))
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

/// The app's time ends a little before the operation's, so that a connector can still say what became of its call.
fn grace(wall: Duration) -> Duration {
    (wall / 20).min(Duration::from_secs(1))
}
