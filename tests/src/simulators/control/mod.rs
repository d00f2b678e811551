//! What all simulators share: recording calls, playing planned faults, and answering under `/_sim`.
//!
//! An app is an `App`: a plain function from a call to an answer over data in memory. It knows no sockets, no clock and no faults,
//! so that a further app needs nothing but this function.

mod call;
mod clock;
mod faults;
mod lies;
mod pattern;
mod record;
mod routes;
mod switches;

use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub(in crate::simulators) use call::{Answer, Call};
pub use clock::Clock;
use faults::Faults;
pub use lies::Lie;
pub(in crate::simulators) use pattern::matches;
use record::Record;
pub use record::RecordedCall;
pub(in crate::simulators) use routes::router;
pub use switches::SwitchError;
pub(in crate::simulators) use switches::changed;

/// The dialect and the data of one app.
pub(in crate::simulators) trait App: Send + fmt::Debug {
    /// What the app does and answers at `now`.
    fn answer(&mut self, call: &Call, now: Timestamp) -> Answer;
    /// `{"users": […], "groups": […]}` in the app's own shapes.
    fn state(&self) -> Value;
    /// Data and switches as they were at the start.
    fn reset(&mut self);
    /// Makes sure that this many generated users exist.
    fn seed(&mut self, users: u32);
    /// The quirk switches and how they are set.
    fn switches(&self) -> Value;
    /// Sets the given switches; on an error none is set.
    fn switch(&mut self, changes: &Map<String, Value>) -> Result<(), SwitchError>;
}

/// An invalid request to `/_sim`.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The body is not a JSON object.
    #[error("the body must be a JSON object: {0}")]
    Body(String),
    /// An unknown switch or an invalid value.
    #[error(transparent)]
    Switch(#[from] SwitchError),
    /// An invalid fault.
    #[error("invalid faults: {0}")]
    Faults(#[source] serde_json::Error),
}

/// The app of a simulator with its recorded calls and planned faults.
#[derive(Debug)]
pub(in crate::simulators) struct Control {
    app: Mutex<Box<dyn App>>,
    record: Mutex<Record>,
    faults: Mutex<Faults>,
    clock: Clock,
}

impl Control {
    pub(in crate::simulators) fn new(app: Box<dyn App>, clock: Clock) -> Self {
        Self { app: Mutex::new(app), record: Mutex::default(), faults: Mutex::default(), clock }
    }

    pub(in crate::simulators) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(in crate::simulators) fn calls(&self) -> Vec<RecordedCall> {
        held(&self.record).calls()
    }

    pub(in crate::simulators) fn clear_calls(&self) {
        held(&self.record).clear();
    }

    pub(in crate::simulators) fn state(&self) -> Value {
        held(&self.app).state()
    }

    pub(in crate::simulators) fn reset(&self) {
        held(&self.app).reset();
        *held(&self.faults) = Faults::default();
        self.clear_calls();
    }

    pub(in crate::simulators) fn seed(&self, users: u32) {
        held(&self.app).seed(users);
    }

    pub(in crate::simulators) fn switches(&self) -> Value {
        held(&self.app).switches()
    }

    pub(in crate::simulators) fn switch(&self, changes: &Value) -> Result<(), RequestError> {
        let changes = changes.as_object().ok_or_else(|| RequestError::Body(changes.to_string()))?;
        Ok(held(&self.app).switch(changes)?)
    }

    pub(in crate::simulators) fn plan_faults(&self, faults: Value) -> Result<(), RequestError> {
        *held(&self.faults) = serde_json::from_value(faults).map_err(RequestError::Faults)?;
        Ok(())
    }

    fn planned_faults(&self) -> Value {
        serde_json::to_value(&*held(&self.faults)).unwrap_or_default()
    }

    /// Records the call, lets the app or the planned fault answer it, and records the answer.
    async fn receive(self: Arc<Self>, call: Call) -> Response {
        let fault = held(&self.faults).take(&call);
        let number = held(&self.record).begin(&call, fault.is_some());
        let lie = fault.as_ref().and_then(faults::Fault::lie);
        let act = || {
            let answer = |call: &Call| held(&self.app).answer(call, self.clock.now());
            match lie {
                Some(lie) => lie.told(&call, answer(&lie.heard(call.clone()))),
                None => answer(&call),
            }
        };
        let delivery = match fault {
            Some(fault) => fault.play(act).await,
            None => faults::Delivery::Whole(act()),
        };
        held(&self.record).end(number, delivery.status());
        delivery.into_response()
    }
}

/// A simulator continues after a panic in one of its calls: the test that caused it has failed already.
fn held<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
